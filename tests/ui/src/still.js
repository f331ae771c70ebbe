// Holds still what changes by nature, so that two pictures of one state show the same: timers, times,
// levels, the folder and the port of this test, animations. A page that goes on painting is put right before each
// frame. Called with the wish for focus to stay, and the function to call when all is painted.
const [keepFocus, done] = arguments;

const clock = (node) => {
  const timer = node.parentElement.closest("[role=timer]");
  if (timer === null) return "10:42";
  return timer.parentElement.textContent.startsWith("Waiting") ? "1:42" : "0:42";
};
const texts = [
  [/^\d+:\d\d(:\d\d)?( [AP]M)?$/, clock],
  [/^Next try in \d+ s\.$|^Trying now\.$/, () => "Next try in 5 s."],
  [/Possible for \d+ s more\./, () => "Possible for 42 s more."],
  [/You talked for [\d:]+\./, () => "You talked for 0:42."],
  [/as of (now|\d+ (s|min))/, () => "as of 4 s"],
  [/· \d+ (s|min)(?= ·|$)/, () => "· 42 s"],
  [/http:\S+\/oauth2\/\S+/, () => "http://127.0.0.1:8443/contact/oauth2/v2.0/authorize?client_id=warmline"],
  [/127\.0\.0\.1:\d+/, () => "127.0.0.1:8443"],
  [/\/\S+?\/home(?=\/)/, () => "/home/robin"],
  [/^system: .*$/m, () => "system: Debian GNU/Linux 12 (bookworm)"],
  [/^time: \S+$/m, () => "time: 2026-11-02T09:42:00.000Z"],
  [/^\w+day, .*\d:\d\d.*$/, () => "Monday, November 2, 2026 at 10:42 AM"],
];

const hold = () => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (const [pattern, stands] of texts) {
      const found = pattern.exec(node.data);
      if (found !== null && found[0] !== stands(node)) {
        node.data = node.data.replace(pattern, () => stands(node));
      }
    }
  }
  // The pointer has just left a button.
  for (const tooltip of document.querySelectorAll("[role=tooltip]")) {
    if (tooltip.style.visibility !== "hidden") tooltip.style.visibility = "hidden";
  }
  for (const level of document.querySelectorAll("[role=meter] > div")) {
    const transform = "scaleX(0.62)";
    if (level.style.transform !== transform) level.style.transform = transform;
  }
  for (const animation of document.getAnimations()) {
    const { endTime } = animation.effect.getComputedTiming();
    if (endTime === Infinity) {
      animation.pause();
      animation.currentTime = 0;
    } else {
      animation.finish();
    }
  }
};

if (!keepFocus) document.activeElement?.blur();
// A caret that blinks.
for (const field of document.querySelectorAll("input")) field.style.caretColor = "transparent";
window.heldStill?.disconnect();
window.heldStill = new MutationObserver(hold);
window.heldStill.observe(document.body, {
  attributes: true, attributeFilter: ["style", "class"], characterData: true, childList: true, subtree: true,
});
hold();
requestAnimationFrame(() => requestAnimationFrame(() => { hold(); setTimeout(done); }));
