// What of a page cannot be read: text that is cut off, that runs out of the window, or that lies over other text.
// Run inside the page; gives back a line for each.

/** What is painted of a text, piece by piece; what only a screen reader is told is nowhere. */
const painted = (node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
};

const isOpen = (overflow) => overflow === "visible";
const scrolls = (overflow) => overflow === "auto" || overflow === "scroll";
const SLACK = 1.5;

const name = (element) => {
  const text = element.textContent.trim().replace(/\s+/g, " ");
  return `<${element.tagName.toLowerCase()}> ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
};

/** Why a piece of text in this element is not to be seen as a whole, if so. */
const cut = (element, piece) => {
  if (piece.left < -SLACK || piece.right > innerWidth + SLACK) {
    return "runs out of the window";
  }
  for (let around = element; around !== null && around !== document.documentElement; around = around.parentElement) {
    const style = getComputedStyle(around);
    if (isOpen(style.overflowX) && isOpen(style.overflowY)) {
      continue;
    }
    const box = around.getBoundingClientRect();
    if (!isOpen(style.overflowX) && (piece.left < box.left - SLACK || piece.right > box.right + SLACK)) {
      // A name of any length may end in dots; the words of the pages may not.
      return style.textOverflow === "ellipsis" && !OURS.test(element.textContent) ? null : "is cut off at its side";
    }
    if (!isOpen(style.overflowY) && !scrolls(style.overflowY) && (piece.top < box.top - SLACK || piece.bottom > box.bottom + SLACK)) {
      return "is cut off above or below";
    }
    // What has been scrolled out of sight is elsewhere.
    if (scrolls(style.overflowY) && (piece.bottom < box.top || piece.top > box.bottom)) {
      return null;
    }
  }
  return null;
};

/** Words of the catalogue as the tests dress them. */
const OURS = /[~\u202e]/;

const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
  const element = node.parentElement;
  const isSeen =
    node.data.trim() !== "" &&
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    // Said to screen readers alone.
    element.closest("[role=status], [role=alert], [role=tooltip], option, script, style")?.checkVisibility() !== true;
  const hidden = (() => {
    for (let around = element; around !== null; around = around.parentElement) {
      const { clip, clipPath, position } = getComputedStyle(around);
      if (clipPath !== "none" || (position === "absolute" && clip !== "auto")) {
        return true;
      }
    }
    return false;
  })();
  if (isSeen && !hidden) {
    texts.push({ element, pieces: painted(node) });
  }
}

const faults = new Set();
for (const { element, pieces } of texts) {
  for (const piece of pieces) {
    const why = cut(element, piece);
    if (why !== null) {
      faults.add(`${name(element)} ${why}`);
    }
  }
}

/** The layer that this lies on: what is below a dialog may be covered by it. */
const layer = (element) => element.closest("[role=dialog], [role=alertdialog], [role=menu], [role=listbox], [data-popper-placement], [popover]") ?? document.body;

for (const [at, one] of texts.entries()) {
  for (const other of texts.slice(at + 1)) {
    if (layer(one.element) !== layer(other.element) || one.element.contains(other.element) || other.element.contains(one.element)) {
      continue;
    }
    const over = one.pieces.some((a) =>
      other.pieces.some((b) => {
        const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        return width > 2 && height > 4;
      }),
    );
    if (over) {
      faults.add(`${name(one.element)} lies over ${name(other.element)}`);
    }
  }
}

for (const control of document.querySelectorAll("button, input, select, textarea, a[href], [role=tab], [role=switch]")) {
  const box = control.getBoundingClientRect();
  const isThere = box.width > 1 && control.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  if (isThere && getComputedStyle(control).clipPath === "none" && (box.left < -SLACK || box.right > innerWidth + SLACK)) {
    faults.add(`${name(control)} ${control.getAttribute("aria-label") ?? ""} is out of reach`);
  }
}
if (document.documentElement.scrollWidth > innerWidth + SLACK) {
  faults.add(`the page is ${document.documentElement.scrollWidth} pixels wide in a window of ${innerWidth}`);
}
return [...faults];
