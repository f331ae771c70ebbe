import { fireEvent, render } from "@testing-library/react";
import { expect, it } from "vitest";

import { useShortcuts, type Shortcut } from "./shortcuts";

function pressed(key: string, code: string): Shortcut[] {
  const run: Shortcut[] = [];
  const note = (shortcut: Shortcut) => () => void run.push(shortcut);
  function Keys() {
    useShortcuts({ answer: note("answer"), hold: note("hold"), mute: note("mute") });
    return null;
  }
  const { unmount } = render(<Keys />);
  fireEvent.keyDown(window, { key, code, ctrlKey: true, shiftKey: true });
  unmount();
  return run;
}

it.each([
  ["A", "KeyA", "a Latin keyboard"],
  ["Ф", "KeyA", "a Cyrillic keyboard"],
  ["Α", "KeyA", "a Greek keyboard, whose letter only looks Latin"],
  ["ش", "KeyA", "an Arabic keyboard"],
])("answers by %s on %s of %s", (key, code) => {
  expect(pressed(key, code)).toEqual(["answer"]);
});

it("goes by the letter where there is a Latin one, wherever it lies", () => {
  // French keyboards have A where others have Q, and M where others have a semicolon.
  expect(pressed("A", "KeyQ")).toEqual(["answer"]);
  expect(pressed("Q", "KeyA")).toEqual([]);
  expect(pressed("M", "Semicolon")).toEqual(["mute"]);
});

it("takes no other key for a letter", () => {
  expect(pressed("ö", "Semicolon")).toEqual([]);
  expect(pressed("Enter", "Enter")).toEqual([]);
});
