import type { UiRecent } from "../ipc/bindings";

/**
 * The people of recent calls whom a text may mean, each once, the latest first; everybody for an empty
 * text. Names match by the beginnings of their words, whatever their accents; numbers by their digits,
 * however they are written, and from the country code or from the area code on.
 */
export function matches(recents: readonly UiRecent[], text: string): readonly UiRecent[] {
  const words = plain(text).split(/\s+/).filter((word) => word !== "");
  const wanted = significantDigits(text);
  const isNumber = wanted !== "" && !/\p{L}/u.test(text);
  const found = new Map<string, UiRecent>();
  for (const recent of recents) {
    const { party } = recent;
    const matching =
      words.length === 0 ||
      (party.name !== null && nameMatches(party.name, words)) ||
      (isNumber ? digits(party.number).includes(wanted) : plain(party.number).startsWith(plain(text).trim()));
    // A withheld number cannot be called.
    if (matching && party.address !== "" && !found.has(party.address)) {
      found.set(party.address, recent);
    }
  }
  return [...found.values()].slice(0, MOST);
}

/** Whether a text may mean somebody of this name; an empty one means everybody. */
export function mayMean(text: string, name: string): boolean {
  return nameMatches(name, plain(text).split(/\s+/).filter((word) => word !== ""));
}

/** Whether every word of `text` stands somewhere in `what`, also within a word: Japanese has no spaces. */
export function contains(text: string, what: string): boolean {
  const whole = plain(what);
  return plain(text)
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

/** Whether a text can only be meant as a name: there is nothing in it that could be dialled. */
export function isName(text: string): boolean {
  return /\p{L}/u.test(text) && !/[@:]/.test(text);
}

/** Every word typed begins a word of the name. */
function nameMatches(name: string, words: readonly string[]): boolean {
  const parts = plain(name).split(/[\s\-–.,'’]+/);
  return words.every((word) => parts.some((part) => part.startsWith(word)));
}

/** Without accents and capitals: `Özlem` → `ozlem`, `Straße` → `strasse`. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßæœøłđðþı]/g, (letter) => letters[letter] ?? letter);
}

function digits(text: string): string {
  return text.replace(/\D/g, "");
}

/** `0049 30 5550` and `030 5550` both stand in `+49 30 5550 1234` once their leading zeros are gone. */
function significantDigits(text: string): string {
  const all = digits(text);
  return all.replace(/^0+(?=.)/, "");
}

/** Letters that do not come apart into one without its accent. */
const letters: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };

/** What fits below the box without a search in the search. */
const MOST = 6;
