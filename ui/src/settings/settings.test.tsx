import { act, configure, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { appearance, desktop, incoming, snapshot } from "../host/fake/moments";
import { signIn } from "../host/fake/office";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";
import { widen } from "../host/fake/widen";
import type { UiSnapshot } from "../ipc/bindings";

// Without a layout the library hides from readers what has no focus.
configure({ defaultHidden: true });

async function open(shown: UiSnapshot, section: string) {
  const pages = renderApp(shown);
  await pages.user.keyboard("{Control>},{/Control}");
  await pages.user.click(await screen.findByRole("tab", { name: section }));
  return pages;
}

it("opens by its button, and gives the keyboard back", async () => {
  const { user } = renderApp(snapshot());
  await user.click(screen.getByRole("button", { name: "Settings" }));
  const tab = await screen.findByRole("tab", { name: "Account" });
  act(() => tab.focus());
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("goes away when a call rings", async () => {
  const { show } = await open(snapshot(), "About");
  show(snapshot({ calls: [incoming()] }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("looks at the devices only while they are shown", async () => {
  const { host, user } = await open(snapshot(), "Devices");
  await user.click(screen.getByRole("tab", { name: "About" }));
  expect(host.asked).toEqual([
    { do: "lookAtSound", looking: true },
    { do: "lookAtSound", looking: false },
  ]);
});

it("sets language, colours and place of the window", async () => {
  const { host, user } = await open(snapshot(), "Window");
  await user.selectOptions(screen.getByRole("combobox", { name: "Language" }), "ko");
  await user.selectOptions(screen.getByRole("combobox", { name: "Language" }), "As the system");
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  await user.click(screen.getByRole("radio", { name: "Twice as large" }));
  await user.click(screen.getByRole("switch", { name: "Keep above other windows" }));
  await user.click(screen.getByRole("switch", { name: "Start when you log in to this computer" }));
  expect(host.asked).toEqual([
    { do: "setLanguage", language: "ko" },
    { do: "setLanguage", language: null },
    { do: "setTheme", theme: "dark" },
    { do: "setTextSize", size: "largest" },
    { do: "setAlwaysOnTop", on: true },
    { do: "startAtLogin", on: true },
  ]);
});

it("opens phone links, as far as the system lets it", async () => {
  const name = "Open phone links in Warmline";
  const { host, user, show } = await open(snapshot(), "Window");
  const links = () => screen.getByRole<HTMLInputElement>("switch", { name });
  expect(links().checked).toBe(false);
  await user.click(links());
  show(snapshot({ desktop: desktop({ openLinks: "offered" }) }));
  expect(links().checked).toBe(true);
  await user.click(screen.getByRole("button", { name: "Open the default apps" }));
  show(snapshot({ desktop: desktop({ openLinks: "on" }) }));
  expect(screen.queryByRole("button", { name: "Open the default apps" })).toBeNull();
  await user.click(links());
  expect(host.asked).toEqual([
    { do: "openLinks", on: true },
    { do: "openLinks", on: true },
    { do: "openLinks", on: false },
  ]);
  show(snapshot({ desktop: desktop({ openLinks: "system" }) }));
  expect(screen.queryByRole("switch", { name })).toBeNull();
  expect(screen.getByText("What opens phone links is chosen in the system’s settings.")).toBeTruthy();
});

it("says who has set what the agent cannot", async () => {
  await open(scenes.managedWindow ?? snapshot(), "Window");
  expect(screen.getAllByText("Set by Contoso IT.")).toHaveLength(5);
  expect(screen.getByRole<HTMLSelectElement>("combobox", { name: "Language" }).disabled).toBe(true);
  const start = screen.getByRole<HTMLInputElement>("switch", { name: "Start when you log in to this computer" });
  expect([start.checked, start.disabled]).toEqual([true, true]);
  const links = screen.getByRole<HTMLInputElement>("switch", { name: "Open phone links in Warmline" });
  expect([links.checked, links.disabled]).toEqual([true, true]);
  // Managed or not, nobody else can choose it there.
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Open the default apps" }).disabled).toBe(false);
});

it("says who has set what is done to the voice", async () => {
  const { host, user } = await open(scenes.managedWindow ?? snapshot(), "Devices");
  expect(screen.getByText("What is greyed out is set by Contoso IT.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Check your sound" }));
  // A call needs the devices.
  expect(host.asked).toEqual([{ do: "lookAtSound", looking: true }]);
  expect(screen.getByText("Not possible in a call: check your sound when it is over.")).toBeTruthy();
});

it("says in the dialog what has failed there, and once only", async () => {
  const { host, user } = await open(snapshot(), "Window");
  host.refusal = { code: "notPossible", message: "The setting cannot be kept.", advice: "Make room on the disk.", error: "disk" };
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  const said = await screen.findAllByText("The setting cannot be kept.", { selector: "p:not([data-testid])" });
  expect(said).toHaveLength(1);
  expect(screen.getByRole("dialog").contains(said[0] ?? null)).toBe(true);
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Dismiss" }));
  expect(within(screen.getByRole("dialog")).queryByText("The setting cannot be kept.")).toBeNull();
});

it("says how long calls are kept", async () => {
  const { show } = await open(snapshot({ keeps: { days: 30, calls: 1_000 } }), "Privacy");
  expect(screen.getByText("Calls that are over are kept for 30 days, and at most the last 1,000.")).toBeTruthy();
  show(snapshot({ keeps: { days: 1, calls: 20 } }));
  expect(screen.getByText("Calls that are over are kept for 1 day, and at most the last 20.")).toBeTruthy();
});

it("speaks the language that the agent has chosen", async () => {
  renderApp(snapshot({ window: appearance({ language: "de" }) }));
  expect(await screen.findByRole("button", { name: "Einstellungen" })).toBeTruthy();
  expect(document.documentElement.lang).toBe("de-DE");
});

it("tells IT how the phone stands, and nobody’s name or number", async () => {
  const { host, user, container } = await open(scenes.managedWindow ?? snapshot(), "About");
  const text = container.ownerDocument.querySelector("pre")?.textContent ?? "";
  expect(text).toContain("program: Warmline 0.1.0\nsystem: Ubuntu 24.04\n");
  expect(text).not.toMatch(/Robin|Mina|5550|2001/);
  await user.click(screen.getByRole("button", { name: "Open the folder" }));
  expect(host.asked).toEqual([{ do: "openLogFolder" }]);
});

it.each([
  ["narrow", () => undefined],
  ["wide, and in another tab", widen],
])("asks before recent calls are cleared, once nothing else lies over the window: %s", async (_, size) => {
  size();
  const { user } = await open({ ...(scenes.recents ?? snapshot()), signIns: [signIn()] }, "Privacy");
  await user.click(screen.getByRole("button", { name: "Clear all recent calls" }));
  expect(await screen.findByText("Forget all recent calls?")).toBeTruthy();
  expect(screen.queryByRole("tab", { name: "Privacy" })).toBeNull();
});
