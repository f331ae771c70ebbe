import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useEffect } from "react";
import { expect, it } from "vitest";

import { appearance, firstRun, snapshot, incoming } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import type { Shortcut } from "./actions";
import { Offers, OffersContext, useOffers, type OffersNow } from "./offers";

function Place({ offers }: { offers: OffersNow }) {
  useOffers(offers);
  return null;
}

/** A window with one place that offers something, and its keys. */
function Keys({ all, offers }: { all: Offers; offers: OffersNow }) {
  useEffect(() => all.listen(), [all]);
  return (
    <OffersContext value={all}>
      <Place offers={offers} />
    </OffersContext>
  );
}

function pressed(key: string, code: string): Shortcut[] {
  const run: Shortcut[] = [];
  const note = (shortcut: Shortcut) => () => void run.push(shortcut);
  const { unmount } = render(<Keys all={new Offers()} offers={{ answer: note("answer"), hold: note("hold"), mute: note("mute") }} />);
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

it("takes no shortcut for another that has a modifier more or less", () => {
  const run: string[] = [];
  const note = (name: string) => () => void run.push(name);
  render(<Keys all={new Offers()} offers={{ number: note("number"), keypad: note("keypad"), help: note("help") }} />);
  fireEvent.keyDown(window, { key: "k", code: "KeyK", ctrlKey: true });
  fireEvent.keyDown(window, { key: "K", code: "KeyK", ctrlKey: true, shiftKey: true });
  fireEvent.keyDown(window, { key: "k", code: "KeyK", ctrlKey: true, altKey: true });
  fireEvent.keyDown(window, { key: "k", code: "KeyK", ctrlKey: true, metaKey: true });
  fireEvent.keyDown(window, { key: "F1", code: "F1", ctrlKey: true });
  fireEvent.keyDown(window, { key: "F1", code: "F1" });
  expect(run).toEqual(["number", "keypad", "help"]);
});

it("does what is possible of two actions that share their keys, and nothing once neither is", () => {
  const run: string[] = [];
  const all = new Offers();
  const swap = () => fireEvent.keyDown(window, { key: "X", code: "KeyX", ctrlKey: true, shiftKey: true });
  const { rerender } = render(<Keys all={all} offers={{ swap: { what: "Swap", run: () => void run.push("never"), whyNot: "Nobody waits" }, swapPeople: () => void run.push("people") }} />);
  swap();
  rerender(<Keys all={all} offers={{ swap: () => void run.push("calls") }} />);
  swap();
  rerender(<Keys all={all} offers={{}} />);
  swap();
  expect(run).toEqual(["people", "calls"]);
});

it("lists every action once, with why it is not possible", () => {
  const all = new Offers();
  render(<Keys all={all} offers={{ hold: { what: "Hold", run: () => undefined, whyNot: "Not answered yet" }, mute: { run: () => undefined, what: "Unmute" } }} />);
  const listed = (name: string) => all.listed.filter((action) => action.name === name);
  expect(listed("hold")).toEqual([{ name: "hold", index: 0, what: "Hold", possible: false, whyNot: "Not answered yet" }]);
  expect(listed("mute")).toEqual([{ name: "mute", index: 0, what: "Unmute", possible: true, whyNot: null }]);
  expect(listed("answer")).toEqual([{ name: "answer", index: 0, what: null, possible: false, whyNot: null }]);
});

it("lists every shortcut on F1, on a question mark and by its button", async () => {
  const { user } = renderApp(snapshot());
  // Without a layout the library may take the dialog for hidden.
  const dialog = () => screen.queryByRole("dialog", { hidden: true });
  await user.keyboard("{F1}");
  expect(dialog()?.textContent).toContain("Swap to the call on holdCtrl+Shift+X");
  await user.click(screen.getByRole("button", { name: "Close", hidden: true }));
  await waitFor(() => expect(dialog()).toBeNull());
  await user.keyboard("?");
  await waitFor(() => expect(dialog()).not.toBeNull());
  await user.keyboard("{Escape}");
  await waitFor(() => expect(dialog()).toBeNull());
  await user.click(screen.getByRole("button", { name: "Keyboard shortcuts" }));
  expect(dialog()).not.toBeNull();
});

it("types a question mark where one is typed", async () => {
  const { user } = renderApp(snapshot());
  const field = screen.getByRole<HTMLInputElement>("combobox", { name: "Number to call" });
  await user.type(field, "a?");
  expect(field.value).toBe("a?");
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("puts the list away when a call rings", async () => {
  const { user, show } = renderApp(snapshot());
  await user.keyboard("{F1}");
  show(snapshot({ calls: [incoming()] }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("makes everything larger and smaller, whatever the window shows", async () => {
  const { host, user, show } = renderApp(firstRun());
  // A plus needs Shift on some keyboards; on others it is where the equals sign is without.
  fireEvent.keyDown(window, { key: "+", code: "Equal", ctrlKey: true, shiftKey: true });
  fireEvent.keyDown(window, { key: "=", code: "Equal", ctrlKey: true });
  // As usual is as small as it gets.
  await user.keyboard("{Control>}-{/Control}");
  await user.keyboard("{Control>}0{/Control}");
  expect(host.asked).toEqual([larger, larger]);
  show(snapshot({ window: appearance({ textSize: "largest" }) }));
  fireEvent.keyDown(window, { key: "+", code: "Equal", ctrlKey: true, shiftKey: true });
  await user.keyboard("{Control>}-{/Control}");
  await user.keyboard("{Control>}0{/Control}");
  expect(host.asked.slice(2)).toEqual([{ do: "setTextSize", size: "larger" }, { do: "setTextSize", size: "usual" }]);
});

const larger = { do: "setTextSize", size: "large" };
