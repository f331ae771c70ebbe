import { expect, it } from "vitest";

import { inEnglish } from "../words/words";
import { keysOf, keysWords } from "./keys";

const words = inEnglish("en-GB");
const press = (key: string, code: string, held: KeyboardEventInit = {}) => keysOf(new KeyboardEvent("keydown", { key, code, ...held }));

it.each([
  ["F9", "F9", { ctrlKey: true, shiftKey: true }, "Ctrl+Shift+F9"],
  ["F13", "F13", {}, "F13"],
  ["m", "KeyM", { altKey: true, metaKey: true }, "Alt+Super+M"],
  ["&", "Digit1", { ctrlKey: true }, "Ctrl+1"],
  ["ArrowUp", "ArrowUp", { ctrlKey: true, altKey: true }, "Ctrl+Alt+ArrowUp"],
  [" ", "Space", { ctrlKey: true }, "Ctrl+Space"],
] as const)("writes %s as the host reads it", (key, code, held, text) => {
  expect(press(key, code, held)).toBe(text);
});

it("goes by the letter, and by its place where the keyboard has no Latin one there", () => {
  // Where others have Q, a French keyboard has A.
  expect(press("a", "KeyQ", { ctrlKey: true })).toBe("Ctrl+A");
  expect(press("ф", "KeyA", { ctrlKey: true })).toBe("Ctrl+A");
  // AltGr.
  expect(press("€", "KeyE", { ctrlKey: true, altKey: true })).toBe("Ctrl+Alt+E");
});

it.each([
  ["Control", "ControlLeft"],
  ["AltGraph", "AltRight"],
  ["Tab", "Tab"],
  ["Enter", "Enter"],
  // Elsewhere it is another key.
  ["ö", "Semicolon"],
  ["Unidentified", ""],
])("takes nothing down for %s", (key, code) => {
  expect(press(key, code, { ctrlKey: true })).toBeNull();
});

it.each([
  ["Ctrl+Shift+F9", "Ctrl+Shift+F9"],
  ["control + alt + KeyA", "Ctrl+Alt+A"],
  ["Super+ArrowUp", "Windows+↑"],
  ["Ctrl+Digit5", "Ctrl+5"],
  ["Ctrl+Space", "Ctrl+Space"],
  ["<b>Ctrl</b>", "<b>Ctrl</b>"],
  ["", ""],
])("shows %s as it stands on the keys", (text, shown) => {
  expect(keysWords(words, text)).toBe(shown);
});
