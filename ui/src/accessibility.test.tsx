import axe from "axe-core";
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { renderApp } from "./host/fake/renderApp";
import { active, incoming, snapshot } from "./host/fake/moments";
import { scenes } from "./host/fake/scenes";

// Colours are checked in the real web view (tests/ui): jsdom paints nothing.
it.each(Object.keys(scenes))("has no fault that axe finds: %s", async (name) => {
  const { user } = renderApp(scenes[name] ?? snapshot());
  const keypad = screen.queryByRole("button", { name: "Keypad" });
  if (keypad !== null && name === "poor") {
    await user.click(keypad);
  }
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
});

it("has its live regions in the page before there is anything to say", () => {
  const { show } = renderApp(snapshot());
  const urgent = screen.getByTestId("urgent");
  expect(urgent.textContent).toBe("");
  show(snapshot({ calls: [incoming()] }));
  expect(screen.getByTestId("urgent")).toBe(urgent);
  expect(urgent.textContent).toMatch(/^Incoming call from Mina Kowalski\./);
});

it("says at once that an action has failed, each time", async () => {
  const { host, user, show } = renderApp(snapshot({ calls: [active()] }));
  const urgent = screen.getByTestId("urgent");
  const changes: (string | null)[] = [];
  new MutationObserver(() => changes.push(urgent.textContent)).observe(urgent, { childList: true, characterData: true, subtree: true });
  host.refusal = { code: "notPossible", message: "They refused to hold." };
  await user.click(screen.getByRole("button", { name: "Hold" }));
  expect(urgent.textContent).toBe("They refused to hold.");
  await user.click(screen.getByRole("button", { name: "Hold" }));
  expect(changes).toEqual(["They refused to hold.", "", "They refused to hold."]);
  // What comes next is read alone.
  show(snapshot({ calls: [active(), incoming({ id: 5 })] }));
  expect(urgent.textContent).toMatch(/^Incoming call from/);
});

it("names the shortcut of every control that has one", () => {
  renderApp(scenes.active ?? snapshot());
  const keys = (name: string) => screen.getByRole("button", { name }).getAttribute("aria-keyshortcuts");
  expect(["Mute", "Hold", "Keypad", "Hang up"].map(keys)).toEqual([
    "Control+Shift+M",
    "Control+Shift+O",
    "Control+Shift+K",
    "Control+Shift+H",
  ]);
});
