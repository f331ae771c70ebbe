// The agent at a browser: headless Chromium that signs in on a page and says what it was shown last.
//
//   node agent.mjs '{"chromium": FILE, "page": URL, "account": NAME, "answer": "yes" | "no", "code": CODE?}'
import { chromium } from 'playwright-core';

const { chromium: file, page: url, account, answer, code } = JSON.parse(process.argv[2]);
const browser = await chromium.launch({
  executablePath: file,
  headless: true,
  args: [
    '--no-sandbox', // it opens these pages and no other; root and containers have no sandbox
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
  ],
});
const page = await browser.newPage();
page.setDefaultTimeout(20_000);
await page.goto(url);
const title = () => page.locator('h1').innerText();
for (let step = 0; step < 8; step++) {
  const shown = await title();
  if (shown === 'Enter the code') {
    await page.fill('input[name=user_code]', code);
    await page.click('text=Next');
  } else if (shown === 'Is this your code?') {
    await page.click('text=Yes');
  } else if (shown === 'Sign in') {
    await page.fill('input[name=account]', account);
    await page.click('text=Accept');
  } else if (shown === 'Practice sign-in') {
    await page.click(answer === 'yes' ? '#yes' : '#no');
  } else if (shown === 'Warmline would like to') {
    await page.click(answer === 'yes' ? 'text=Accept' : 'text=Cancel');
  } else {
    break;
  }
  await page.waitForLoadState();
}
process.stdout.write(JSON.stringify({ event: 'shown', title: await title(), text: await page.innerText('body'), url: page.url() }) + '\n');
await browser.close();
