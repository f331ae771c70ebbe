import axe from "axe-core";
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { renderApp } from "./host/fake/renderApp";
import { active, incoming, snapshot } from "./host/fake/moments";
import { peopleIn } from "./host/fake/officeScenes";
import { scenes } from "./host/fake/scenes";
import { widen } from "./host/fake/widen";

// A tooltip and a menu belong to their control, wherever they are drawn: they need no landmark.
axe.configure({
  checks: [
    {
      id: "region",
      options: { regionMatcher: "dialog, [role=dialog], [role=alertdialog], [role=tooltip], [role=menu], svg" },
    },
  ],
});

const faults = async () => {
  // Colours are checked in the real web view (tests/ui): jsdom paints nothing.
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
};

it.each(Object.keys(scenes))("has no fault that axe finds: %s", async (name) => {
  renderApp(scenes[name] ?? snapshot(), peopleIn[name] ?? null);
  expect(await faults()).toEqual([]);
});

type Pages = ReturnType<typeof renderApp>;

async function openPalette(user: Pages["user"], text = ""): Promise<void> {
  await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
  await screen.findByRole("combobox", { name: "What do you want to do?" });
  if (text !== "") {
    await user.keyboard(text);
  }
}

const SETTINGS = ["Account", "Devices", "Ringing", "Window", "Keyboard shortcuts", "Quality", "Privacy", "About"];

async function openSettings(user: Pages["user"], name: string): Promise<void> {
  await user.keyboard("{Control>},{/Control}");
  await user.click(await screen.findByRole("tab", { name, hidden: true }));
}

/** What opens only when it is asked for. */
const opened: readonly (readonly [what: string, scene: string, open: (user: Pages["user"]) => Promise<void>])[] = [
  ["keypad", "poor", (user) => user.click(screen.getByRole("button", { name: "Keypad" }))],
  ["figures", "poor", (user) => user.click(screen.getByRole("button", { name: /^Their sound/ }))],
  ["all details", "incomingWithData", (user) => user.click(screen.getByRole("button", { name: "Show all 8 details" }))],
  ["devices", "sound", (user) => user.click(screen.getByRole("button", { name: "Sound settings" }))],
  ["devices in trouble", "soundTroubled", (user) => user.click(screen.getByRole("button", { name: "Sound settings" }))],
  ["devices from a call", "active", (user) => user.click(screen.getByRole("button", { name: "Sound" }))],
  ["shortcuts", "idle", (user) => user.keyboard("{F1}")],
  ["actions", "consulting", (user) => openPalette(user)],
  ["experts among the actions", "expertsInCall", (user) => openPalette(user, "nadia")],
  [
    "the last of the first steps",
    "firstSteps",
    async (user) => user.click(await screen.findByRole("button", { name: "Next" })),
  ],
  ["the report of a call that failed", "ended", (user) => user.click(screen.getByText("Report for IT"))],
  ...SETTINGS.map((name) => [`settings, ${name}`, "managedWindow", (user: Pages["user"]) => openSettings(user, name)] as const),
  ["keys for every program", "globalKeys", (user) => openSettings(user, "Keyboard shortcuts")],
  [
    "keys for every program that are being pressed",
    "globalKeys",
    async (user) => {
      await openSettings(user, "Keyboard shortcuts");
      await user.click(screen.getByRole("button", { name: "Answer: Ctrl+Shift+F9", hidden: true }));
    },
  ],
  ["matches by name", "recents", (user) => user.type(screen.getByRole("combobox"), "mina")],
  ["matches by number", "recents", (user) => user.type(screen.getByRole("combobox"), "2{ArrowDown}")],
  ["the question before all is forgotten", "recents", (user) => user.click(screen.getByRole("button", { name: "Clear all" }))],
  ["a call that was handed over", "history", (user) => user.click(screen.getAllByRole("button", { name: "Details, Jonas Brandt" })[0] ?? document.body)],
  [
    "a history without what was looked for",
    "history",
    async (user) => {
      await user.type(screen.getByRole("searchbox", { name: "Search calls" }), "nobody");
      await screen.findByText("Nothing found for “nobody”.");
    },
  ],
  ["what can be done with calls", "recents", (user) => user.click(screen.getByRole("button", { name: "More for recent calls" }))],
  ["recent calls in a call", "active", (user) => user.click(screen.getByRole("button", { name: "Recent calls" }))],
  ["ways to decline", "incoming", (user) => user.click(screen.getByRole("button", { name: "Ways to decline" }))],
  ["the profile", "brokenProfile", (user) => user.click(screen.getByText("Details for IT"))],
  ["why calls cannot come in", "offline", (user) => user.click(screen.getByText("Details for IT"))],
  ["whom to bring in", "active", (user) => user.click(screen.getByRole("button", { name: "Transfer" }))],
  [
    "whom to bring in, found by name",
    "active",
    async (user) => {
      await user.click(screen.getByRole("button", { name: "Transfer" }));
      await user.keyboard("mina");
    },
  ],
  ["the question before a machine", "maybeVoicemail", (user) => user.click(screen.getByRole("button", { name: "Connect them" }))],
  ["keypad for an expert", "consulting", (user) => user.click(screen.getByRole("button", { name: "Keypad" }))],
  ["loudness of a person", "groupOfThree", (user) => user.click(screen.getByRole("button", { name: "Loudness of Nadia Haddad" }))],
  ["who is signed in", "severalCustomers", (user) => user.click(screen.getByRole("button", { name: "Who is signed in" }))],
  ["notes", "notes", (user) => user.click(screen.getByRole("button", { name: /^Notes/ }))],
  ...Object.keys(peopleIn).map(
    (scene) => [`experts, ${scene}`, scene, (user: Pages["user"]) => user.keyboard("{Control>}e{/Control}")] as const,
  ),
  [
    "ways to bring an expert in",
    "expertsInCall",
    async (user) => {
      await user.keyboard("{Control>}e{/Control}");
      await user.click(screen.getByRole("button", { name: "More, Nadia Haddad" }));
    },
  ],
  ["the best experts to bring in", "expertsInCall", (user) => user.click(screen.getByRole("button", { name: "Transfer" }))],
  ["whom to take in", "group", (user) => user.click(screen.getByRole("button", { name: "Add" }))],
];

it.each(opened)("has no fault that axe finds when opened: %s", async (_, scene, open) => {
  const { user } = renderApp(scenes[scene] ?? snapshot(), peopleIn[scene] ?? null);
  await open(user);
  expect(await faults()).toEqual([]);
});

it.each(["experts", "expertsInCall", "expertsNoConsent"])("has no fault that axe finds in a wide window: %s", async (scene) => {
  widen();
  renderApp(scenes[scene] ?? snapshot(), peopleIn[scene] ?? null);
  expect(screen.getByRole("tab", { name: "Experts", selected: true })).toBeTruthy();
  expect(await faults()).toEqual([]);
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
  expect(["Mute", "Hold", "Transfer", "Keypad", "Sound", "Hang up", "Recent calls", "Keyboard shortcuts"].map(keys)).toEqual([
    "Control+Shift+M",
    "Control+Shift+O",
    "Control+Shift+T",
    "Control+Shift+K",
    "Control+Shift+L",
    "Control+Shift+H",
    "Control+Shift+R",
    "F1",
  ]);
});
