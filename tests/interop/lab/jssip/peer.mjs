// A person at a browser: JsSIP in headless Chromium, driven by one JSON command a line on standard
// input, reporting one JSON event a line on standard output.
//
//   node peer.mjs '{"chromium": FILE, "server": "wss://…", "aor": "sip:…", "name": …, "password": …}'
//
// With "microphone", the constraints of getUserMedia, it has the machine's microphone and speaker in place
// of a tone and an analyser; with "codec" it offers that one alone.
//
// Commands: call {to} · answer · reject {status} · hangup · hold · resume · dtmf {digits}
//           tone {hz, dbfs} (hz 0: silence) · listen · stats
// Events:   registered · unregistered {cause} · incoming {from} · ringing · active · held {by}
//           resumed {by} · ended {by, cause, status} · heard {hz, dbfs} · stats {…} · error {message}
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const person = JSON.parse(process.argv[2]);
const tell = event => process.stdout.write(JSON.stringify(event) + '\n');

const bundle = await build({
  entryPoints: [fileURLToPath(new URL('page.mjs', import.meta.url))],
  bundle: true,
  write: false,
  format: 'iife',
  logLevel: 'error',
});
const browser = await chromium.launch({
  executablePath: person.chromium,
  headless: true,
  ignoreDefaultArgs: person.microphone ? ['--mute-audio'] : [],
  args: [
    '--no-sandbox', // it loads this page and no other; root and containers have no sandbox
    '--ignore-certificate-errors', // the lab's authority is in no store of Chromium's
    // Real host candidates without asking for a microphone; and a page may speak to servers of this machine's.
    '--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,LocalNetworkAccessChecksWebRTC',
    '--autoplay-policy=no-user-gesture-required',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
    ...(person.microphone ? ['--use-fake-ui-for-media-stream'] : []), // it gives the microphone unasked
  ],
});
const page = await browser.newPage();
page.on('pageerror', error => tell({ event: 'error', message: error.message }));
await page.exposeFunction('tell', tell);
// A page of https, which alone is given a microphone. No server is asked for it.
const address = 'https://phone.warmline.test/';
const html = '<!doctype html><title>A person at a browser</title>';
await page.route(address, route => route.fulfill({ contentType: 'text/html', body: html }));
await page.goto(address);
await page.addScriptTag({ content: bundle.outputFiles[0].text });
await page.evaluate(who => window.peer.start(who), person);

for await (const line of createInterface({ input: process.stdin })) {
  const { cmd, ...fields } = JSON.parse(line);
  try {
    await page.evaluate(([cmd, fields]) => window.peer[cmd](fields), [cmd, fields]);
  } catch (error) {
    tell({ event: 'error', message: `${cmd}: ${error.message}` });
  }
}
await browser.close();
