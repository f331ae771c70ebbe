import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { incoming, snapshot } from "../host/fake/moments";
import { peopleIn } from "../host/fake/officeScenes";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";
import { load } from "../words/languages";

const name = "What do you want to do?";
const options = () => screen.getAllByRole("option");
const selected = () => screen.getByRole("option", { selected: true });
const texts = () => options().map(({ textContent }) => textContent);

async function open(scene: string) {
  const pages = renderApp(scenes[scene] ?? snapshot(), peopleIn[scene] ?? null);
  await pages.user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
  const field = await screen.findByRole<HTMLInputElement>("combobox", { name });
  return { ...pages, field };
}

it("does what is typed, and gives the keyboard back first", async () => {
  const { host, user } = renderApp(scenes.active ?? snapshot());
  const mute = screen.getByRole("button", { name: "Mute" });
  mute.focus();
  await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
  const field = await screen.findByRole("combobox", { name });
  expect(document.activeElement).toBe(field);
  await user.keyboard("hol{Enter}");
  expect(host.asked).toEqual([{ do: "hold", call: 1 }]);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(mute);
});

it("closes by Escape and beside it, and asks for nothing", async () => {
  const { host, user, field } = await open("active");
  await user.keyboard("hang{Escape}");
  expect(field.isConnected).toBe(false);
  await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
  const dialog = await screen.findByRole("dialog", { name: "Actions" });
  await user.click(dialog.parentElement ?? dialog);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(host.asked).toEqual([]);
});

it("has what is possible first, under its name of now, with its keys", async () => {
  await open("active");
  expect(texts()[0]).toBe("MuteCtrl+Shift+M");
  const disabled = options().map((option) => option.getAttribute("aria-disabled") === "true");
  expect(disabled.indexOf(true)).toBeGreaterThan(4);
  expect(disabled.slice(disabled.indexOf(true))).not.toContain(false);
});

it("says why something is not possible, and does not do it", async () => {
  const { host, user, field } = await open("idle");
  await user.type(field, "hang up{Enter}");
  expect(selected().textContent).toBe("Hang upYou are in no callCtrl+Shift+H");
  expect(host.asked).toEqual([]);
  expect(document.activeElement).toBe(field);
});

it("moves by the arrow keys, round and round, and names the line", async () => {
  const { user, field } = await open("active");
  const first = selected();
  await user.keyboard("{ArrowUp}");
  expect(selected()).toBe(options().at(-1));
  await user.keyboard("{ArrowDown}");
  expect(selected()).toBe(first);
  await user.keyboard("{ArrowDown}");
  expect(field.getAttribute("aria-activedescendant")).toBe(options()[1]?.id);
  expect(document.activeElement).toBe(field);
});

it("asks an expert by name", async () => {
  const { host, user } = await open("expertsInCall");
  await user.keyboard("ask nadia");
  expect(selected().textContent).toMatch(/^Ask Nadia Haddad/);
  await user.keyboard("{Enter}");
  expect(host.asked.filter((action) => action.do === "callPerson")).toMatchObject([{ handOver: false }]);
});

it("connects the two, and goes back", async () => {
  const { host, user } = await open("consulting");
  await user.keyboard("connect{Enter}");
  await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
  await screen.findByRole("combobox", { name });
  await user.keyboard("back to{Enter}");
  expect(host.asked).toEqual([
    { do: "complete", call: 1, sure: false },
    { do: "back", call: 1 },
  ]);
});

it("goes away when a call rings, and for keys that are meant for the window", async () => {
  const { user, show } = await open("idle");
  show(snapshot({ calls: [incoming()] }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
  await screen.findByRole("combobox", { name });
  await user.keyboard("{Control>}k{/Control}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "Number to call" }));
});

it("is searched in the agent’s language", async () => {
  const words = await load("ko");
  const { host, user } = renderApp(scenes.active ?? snapshot(), null, "ko");
  await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
  const field = await screen.findByRole("combobox", { name: words.say("palette.field") });
  await user.type(field, "보류");
  expect(within(screen.getByRole("listbox", { name: words.say("palette.title") })).getAllByRole("option")[0]?.textContent).toContain("보류");
  await user.keyboard("{Enter}");
  expect(host.asked).toEqual([{ do: "hold", call: 1 }]);
});
