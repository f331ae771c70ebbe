// What of a page cannot be read or reached: text that is cut off, that runs out of the window, or that lies over
// other text, and controls beside the window. Run inside the page; gives back a line for each.

// Pixels are halved, and fonts reach over their lines.
const SLACK = 1.5;
/** Words of the catalogue, as the tests dress them. */
const OURS = /[~\u202e]/;

const isSeen = (element) => {
  // What is not drawn yet, far off, takes the room that it gets once it is.
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) {
    return false;
  }
  for (let around = element; around !== null; around = around.parentElement) {
    const { clip, clipPath, position } = getComputedStyle(around);
    // Said to screen readers alone.
    if (clipPath !== "none" || (position === "absolute" && clip !== "auto")) {
      return false;
    }
  }
  return true;
};

const name = (element) => {
  const text = (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\s+/g, " ");
  return `<${element.tagName.toLowerCase()}> ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
};

const faults = new Set();

/** What is left of a piece of an element's text where all around it has cut; none if nothing is. */
const left = (element, { left, right, top, bottom }) => {
  const piece = { left, right, top, bottom };
  for (let around = element; around !== null && around !== document.documentElement; around = around.parentElement) {
    const { overflowX, overflowY, textOverflow } = getComputedStyle(around);
    const box = around.getBoundingClientRect();
    if (overflowX !== "visible") {
      // A name of any length may end in dots, and what is chosen where a list tells the whole.
      const mayEnd = textOverflow === "ellipsis" && (!OURS.test(element.textContent) || element.closest("[aria-haspopup]") !== null);
      if (!mayEnd && (piece.left < box.left - SLACK || piece.right > box.right + SLACK)) {
        faults.add(`${name(element)} is cut off at its side`);
      }
      piece.left = Math.max(piece.left, box.left);
      piece.right = Math.min(piece.right, box.right);
    }
    if (overflowY !== "visible") {
      const scrolls = overflowY === "auto" || overflowY === "scroll";
      if (!scrolls && (piece.top < box.top - SLACK || piece.bottom > box.bottom + SLACK)) {
        faults.add(`${name(element)} is cut off above or below`);
      }
      piece.top = Math.max(piece.top, box.top);
      piece.bottom = Math.min(piece.bottom, box.bottom);
    }
    if (piece.left >= piece.right || piece.top >= piece.bottom) {
      return null;
    }
  }
  return piece;
};

const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
  const element = node.parentElement;
  if (node.data.trim() !== "" && element.closest("option, script, style") === null && isSeen(element)) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const painted = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
    texts.push({ element, pieces: painted.map((piece) => left(element, piece)).filter((piece) => piece !== null) });
  }
}

const isBeside = ({ left, right }) => left < -SLACK || right > innerWidth + SLACK;
for (const { element, pieces } of texts) {
  if (pieces.some(isBeside)) {
    faults.add(`${name(element)} runs out of the window`);
  }
}
for (const control of document.querySelectorAll("button, input, select, textarea, a[href], [role=tab]")) {
  const box = control.getBoundingClientRect();
  if (box.width > 1 && isSeen(control) && isBeside(box)) {
    faults.add(`${name(control)} is beside the window`);
  }
}
const { scrollWidth } = document.documentElement;
if (scrollWidth > innerWidth + SLACK) {
  faults.add(`the page is ${scrollWidth} pixels wide in a window of ${innerWidth}`);
}

/** What an element moves with: the page goes below what stays where it is, and below what is laid over it. */
const layer = (element) => {
  for (let around = element; around !== null; around = around.parentElement) {
    if (/^(sticky|fixed|absolute)$/.test(getComputedStyle(around).position)) {
      return around;
    }
  }
  return null;
};
const layers = texts.map(({ element }) => layer(element));
const liesOver = (a, b) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
for (const [at, one] of texts.entries()) {
  for (const [more, other] of texts.slice(at + 1).entries()) {
    const areApart = !one.element.contains(other.element) && !other.element.contains(one.element);
    if (areApart && layers[at] === layers[at + 1 + more] && one.pieces.some((a) => other.pieces.some((b) => liesOver(a, b)))) {
      faults.add(`${name(one.element)} lies over ${name(other.element)}`);
    }
  }
}
return [...faults];
