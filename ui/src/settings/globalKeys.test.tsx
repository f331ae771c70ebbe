import { act, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { active, desktop, inUse, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";
import { ActContext } from "../host/HostContext";
import type { UiConflict, UiSnapshot } from "../ipc/bindings";
import { KeysField } from "./KeysField";

// Without a layout the library hides from readers what has no focus.
configure({ defaultHidden: true });

async function open(shown: UiSnapshot) {
  const pages = renderApp(shown);
  await pages.user.keyboard("{Control>},{/Control}");
  await pages.user.click(await screen.findByRole("tab", { name: "Keyboard shortcuts" }));
  return pages;
}

const field = (name: string) => screen.getByRole("button", { name });
const line = (name: string) => document.getElementById(field(name).getAttribute("aria-describedby") ?? "")?.textContent;
const press = (event: KeyboardEventInit) => fireEvent.keyDown(document.activeElement ?? document.body, event);
/** What was asked for, besides that no keys work while some are taken down. */
const asks = (asked: readonly unknown[]) => asked.filter((action) => !isRecording(action));
const isRecording = (action: unknown) => (action as { do: string }).do === "recordKeys";
const keys = (deed: string, keys: string | null) => ({ do: "setShortcut", deed, keys });
const set = (conflict: UiConflict | null = null) =>
  snapshot({ desktop: desktop({ shortcuts: [{ deed: "mute", keys: "Ctrl+Shift+F9", conflict }] }) });

it("takes down the keys that are pressed, once it is asked to", async () => {
  const { host, user } = await open(snapshot());
  act(() => field("Answer: Not set").focus());
  await user.keyboard("{Enter}");
  expect(field("Answer: Press the keys")).toBe(document.activeElement);
  expect(screen.getByText("Press the keys together. Delete removes them, Escape changes nothing.")).toBeTruthy();
  press({ key: "F9", code: "F9", ctrlKey: true, shiftKey: true });
  expect(asks(host.asked)).toEqual([keys("answer", "Ctrl+Shift+F9")]);
  expect(field("Answer: Not set")).toBe(document.activeElement);
});

it("lets no keys work in the meantime that work already", async () => {
  const { host, user } = await open(set());
  await user.click(field("Mute, unmute: Ctrl+Shift+F9"));
  expect(host.asked).toEqual([{ do: "recordKeys", on: true }]);
  await user.keyboard("{Escape}");
  expect(host.asked).toEqual([
    { do: "recordKeys", on: true },
    { do: "recordKeys", on: false },
  ]);
});

it("shows the keys that the phone has, with a way to be rid of them", async () => {
  const { host, user } = await open(set());
  await user.click(field("Remove the keys, Mute, unmute"));
  expect(document.activeElement).toBe(field("Mute, unmute: Ctrl+Shift+F9"));
  await user.keyboard("{Delete}");
  await user.click(field("Mute, unmute: Ctrl+Shift+F9"));
  await user.keyboard("{Backspace}");
  expect(asks(host.asked)).toEqual([keys("mute", null), keys("mute", null), keys("mute", null)]);
});

it("is left by Escape, and only then are the settings", async () => {
  const { host, user } = await open(set());
  await user.click(field("Mute, unmute: Ctrl+Shift+F9"));
  await user.keyboard("{Escape}");
  expect(document.activeElement).toBe(field("Mute, unmute: Ctrl+Shift+F9"));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("tab", { name: "Account" })).toBeNull());
  expect(asks(host.asked)).toEqual([]);
});

it("holds nobody who goes on by Tab", async () => {
  const user = userEvent.setup();
  const asked: unknown[] = [];
  render(
    <ActContext value={{ act: (action) => void asked.push(action), quietly: (action) => void asked.push(action), fail: () => undefined }}>
      {desktop().shortcuts.map((shortcut) => (
        <KeysField key={shortcut.deed} shortcut={shortcut} />
      ))}
    </ActContext>,
  );
  await user.click(field("Answer: Not set"));
  expect(field("Answer: Press the keys")).toBe(document.activeElement);
  await user.tab();
  expect(field("Hang up, or decline what rings: Not set")).toBe(document.activeElement);
  await user.keyboard(" ");
  await user.tab({ shift: true });
  expect(field("Answer: Not set")).toBe(document.activeElement);
  expect(asks(asked)).toEqual([]);
});

it("leaves a call’s keys alone until it is asked to take some down", async () => {
  const { host, user } = await open(snapshot({ calls: [active()], sound: inUse() }));
  const mute = () => user.keyboard("{Control>}{Shift>}m{/Shift}{/Control}");
  act(() => field("Mute, unmute: Not set").focus());
  await mute();
  await user.click(field("Mute, unmute: Not set"));
  await mute();
  await mute();
  expect(asks(host.asked)).toEqual([{ do: "mute", call: 1 }, keys("mute", "Ctrl+Shift+M"), { do: "mute", call: 1 }]);
});

it("takes no keys that do something else in the window, and says what", async () => {
  const { host, user } = await open(snapshot());
  await user.click(field("Mute, unmute: Not set"));
  press({ key: "H", code: "KeyH", ctrlKey: true, shiftKey: true });
  expect(asks(host.asked)).toEqual([]);
  expect(line("Mute, unmute: Press the keys")).toBe("In the window of Warmline these keys mean something else: Hang up. Choose others.");
  press({ key: "F1", code: "F1" });
  expect(line("Mute, unmute: Press the keys")).toContain("something else: Keyboard shortcuts.");
  press({ key: "M", code: "KeyM", ctrlKey: true, shiftKey: true });
  press({ key: "M", code: "KeyM", ctrlKey: true, shiftKey: true, altKey: true });
  expect(asks(host.asked)).toEqual([keys("mute", "Ctrl+Shift+M")]);
  expect(line("Mute, unmute: Not set")).toBe("");
});

it("says so of keys that are set already", async () => {
  const shortcuts: UiSnapshot["desktop"]["shortcuts"] = [
    { deed: "answer", keys: "Control+Shift+A", conflict: null },
    { deed: "hold", keys: "Ctrl+E", conflict: null },
  ];
  await open(snapshot({ desktop: desktop({ shortcuts }) }));
  expect(line("Answer: Ctrl+Shift+A")).toBe("");
  expect(line("Hold, resume: Ctrl+E")).toContain("something else: Find an expert.");
});

it("waits for more than Ctrl, and for a key that every keyboard has", async () => {
  const { host, user } = await open(snapshot());
  await user.click(field("Answer: Not set"));
  await user.keyboard("{Control>};{/Control}{Shift>}{/Shift}");
  expect(asks(host.asked)).toEqual([]);
  press({ key: "F13", code: "F13" });
  expect(asks(host.asked)).toEqual([keys("answer", "F13")]);
});

it.each([
  ["noKeys", "This is no combination of keys. Choose another one."],
  ["types", "Typing would set this off. Use Ctrl, Alt or Windows, but not Ctrl with Alt and a letter or digit."],
  ["reserved", "The system or all programs need these keys. Choose others."],
  ["ours", "Another one of these actions has these keys. Choose others for one of the two."],
  ["taken", "Another program has these keys. Choose others, or free them in that program."],
  ["desktop", "This desktop lets no program have such keys. The keys below work in the window of Warmline."],
] as const)("says why keys do not work, and what to do: %s", async (conflict, said) => {
  await open(set(conflict));
  const line = document.getElementById(field("Mute, unmute: Ctrl+Shift+F9").getAttribute("aria-describedby") ?? "");
  expect([line?.textContent, line?.getAttribute("role")]).toEqual([said, "status"]);
});

it("says who has turned them off", async () => {
  await open(scenes.managedWindow ?? snapshot());
  expect(screen.getByText("Keys that work in other programs are turned off.")).toBeTruthy();
  expect(screen.getByText("Set by Contoso IT.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Answer:/ })).toBeNull();
});
