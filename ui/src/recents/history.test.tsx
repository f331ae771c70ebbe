import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { incoming, recent, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { handedOver, recents, scenes } from "../host/fake/scenes";
import type { UiRecent } from "../ipc/bindings";

const shown = scenes.history ?? snapshot();
const list = () => screen.getByRole("list", { name: "Recent calls" });
const calls = () => within(list()).getAllByRole("button", { name: /^Call / });
const field = () => screen.getByRole("searchbox", { name: "Search calls" });
const filter = (name: string) => screen.getByRole("radio", { name });
const names = () => calls().map((button) => button.getAttribute("aria-label"));

/** More calls than a snapshot has, the newest first. */
const many: readonly UiRecent[] = Array.from({ length: 230 }, (_, index) =>
  recent({
    id: 1_000 - index,
    atUnixMs: Date.now() - index * 60_000,
    party: { name: `Caller ${index}`, number: String(2_000 + index), address: `sip:${2_000 + index}@contact.example` },
  }),
);

it("finds calls by name and by number, and shows all again on Escape", async () => {
  const { host, user } = renderApp(shown);
  await user.type(field(), "ozlem");
  await waitFor(() => expect(names()).toEqual(["Call Özlem Çelik"]));
  await user.clear(field());
  await user.type(field(), "030 5550");
  await waitFor(() => expect(names()).toEqual(["Call Mina Kowalski", "Call Mina Kowalski", "Call Mina Kowalski"]));
  expect(screen.getByText("3 calls found.")).toBeTruthy();
  expect(host.searched.at(-1)).toEqual({ text: "030 5550", filter: "all", after: null });
  await user.keyboard("{Escape}");
  expect(calls()).toHaveLength(8);
  expect(document.activeElement).toBe(field());
});

it("asks once for what was typed quickly", async () => {
  const { host, user } = renderApp(shown);
  await user.type(field(), "brandt");
  await waitFor(() => expect(calls()).toHaveLength(2));
  expect(host.searched.length).toBeLessThan(6);
  expect(host.searched.at(-1)?.text).toBe("brandt");
});

it("lists only some kinds of calls", async () => {
  const { user } = renderApp(shown);
  await user.click(filter("Missed"));
  await waitFor(() => expect(calls()).toHaveLength(1));
  await user.click(filter("Transferred"));
  await waitFor(() => expect(calls()).toHaveLength(2));
  await user.click(filter("All"));
  expect(calls()).toHaveLength(8);
});

it("says that nothing was found, and what to do", async () => {
  const { user } = renderApp(shown);
  await user.type(field(), "nobody");
  expect(await screen.findByText("Nothing found for “nobody”.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Show all calls" }));
  expect(calls()).toHaveLength(8);
  expect(document.activeElement).toBe(field());
});

it("goes from the field into the list and back by arrows, and calls by Enter", async () => {
  const { host, user } = renderApp(shown);
  await user.type(field(), "ozlem");
  await waitFor(() => expect(calls()).toHaveLength(1));
  await user.keyboard("{ArrowDown}");
  expect(document.activeElement).toBe(calls()[0]);
  await user.keyboard("{Enter}{ArrowUp}");
  expect(host.asked).toEqual([{ do: "dial", to: "sip:2044@contact.example" }]);
  expect(document.activeElement).toBe(field());
});

it("says what became of a transfer, and each step of it", async () => {
  const { user } = renderApp(shown);
  const rows = within(list()).getAllByRole("listitem");
  expect(rows[0]?.textContent).toContain("Handed over to Nadia Haddad · 3 min");
  expect(rows[1]?.textContent).toContain("Not handed over to 2044");
  expect(screen.queryByRole("list", { name: "Step by step" })).toBeNull();
  await user.keyboard("{Control>}{Shift>}r{/Shift}{/Control}{ArrowDown}{ArrowRight}");
  const steps = within(screen.getByRole("list", { name: "Step by step" })).getAllByRole("listitem");
  expect(steps.map((step) => step.querySelector("span")?.textContent)).toEqual([
    "You handed over to 2044",
    "It failed (486): the call stayed with you",
  ]);
  await user.keyboard("{ArrowLeft}");
  expect(screen.queryByRole("list", { name: "Step by step" })).toBeNull();
});

it("brings older calls page by page, also by the arrow at the end", async () => {
  const { host, user } = renderApp(snapshot({ recents: many.slice(0, 100) }));
  host.kept = many;
  await user.click(screen.getByText("Show older calls"));
  await waitFor(() => expect(list().children).toHaveLength(150));
  expect(host.searched).toEqual([{ text: "", filter: "all", after: { atUnixMs: many[99]?.atUnixMs, id: many[99]?.id } }]);
  await user.keyboard("{Control>}{Shift>}r{/Shift}{/Control}{End}{ArrowDown}");
  await waitFor(() => expect(list().children).toHaveLength(200));
  await user.click(screen.getByText("Show older calls"));
  await waitFor(() => expect(list().children).toHaveLength(230));
  expect(screen.queryByText("Show older calls")).toBeNull();
});

it("forgets a call that no snapshot has", async () => {
  const { host, user } = renderApp(snapshot({ recents: many.slice(0, 100) }));
  host.kept = many;
  await user.type(field(), "caller 229");
  await waitFor(() => expect(calls()).toHaveLength(1));
  await user.click(screen.getByRole("button", { name: "Remove, Caller 229" }));
  expect(host.asked.at(-1)).toEqual({ do: "forget", recent: many[229]?.id });
  expect(await screen.findByText("Nothing found for “caller 229”.")).toBeTruthy();
});

it("keeps a call in the list that may not be forgotten, and says why", async () => {
  const { host, user } = renderApp(snapshot({ recents: many.slice(0, 100) }));
  host.kept = many;
  await user.type(field(), "caller 229");
  await waitFor(() => expect(calls()).toHaveLength(1));
  host.refusal = { code: "notPossible", message: "The list of calls cannot be written." };
  await user.click(screen.getByRole("button", { name: "Remove, Caller 229" }));
  expect((await screen.findAllByText("The list of calls cannot be written.")).length).toBeGreaterThan(0);
  expect(names()).toEqual(["Call Caller 229"]);
});

it("lists nothing under a choice that it could not look for, and tries again", async () => {
  const { host, user } = renderApp(shown);
  host.refusal = { code: "notPossible", message: "The list of calls cannot be read." };
  await user.click(filter("Missed"));
  expect(await screen.findByText("The calls could not be searched.")).toBeTruthy();
  expect(screen.getAllByText("The list of calls cannot be read.").length).toBe(1);
  expect(screen.queryByRole("list", { name: "Recent calls" })).toBeNull();
  expect(screen.queryByText("There are no such calls.")).toBeNull();
  host.refusal = null;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(calls()).toHaveLength(1));
  host.refusal = { code: "notPossible", message: "The list of calls cannot be read." };
  await user.click(filter("Transferred"));
  await user.click(await screen.findByRole("button", { name: "Show all calls" }));
  expect(calls()).toHaveLength(8);
});

it("chooses the kind of calls that the keyboard comes to, as one of several", async () => {
  const { user } = renderApp(shown);
  expect(screen.getByRole("radiogroup", { name: "Which calls" })).toBeTruthy();
  expect(screen.queryByRole("tab")).toBeNull();
  await user.click(filter("All"));
  expect(filter("All").getAttribute("aria-checked")).toBe("true");
  expect(filter("All").hasAttribute("aria-selected")).toBe(false);
  filter("Missed").focus();
  await waitFor(() => expect(filter("Missed").getAttribute("aria-checked")).toBe("true"));
  expect(screen.getAllByRole("radio", { checked: true })).toHaveLength(1);
});

it("counts only calls that it knows of before all are forgotten", async () => {
  const { user } = renderApp(snapshot({ recents: many.slice(0, 100) }));
  await user.click(screen.getByText("Clear all"));
  expect(screen.getByRole("alertdialog", { hidden: true }).textContent).toContain("All calls are taken off the list for good");
});

it("looks anew when a call has come", async () => {
  const { user, show } = renderApp(shown);
  await user.click(filter("Missed"));
  await waitFor(() => expect(calls()).toHaveLength(1));
  const missed = recent({ id: 40, atUnixMs: Date.now(), outcome: "missed", reason: "missed", talkedS: null });
  show(snapshot({ recents: [missed, ...handedOver, ...recents] }));
  await waitFor(() => expect(calls()).toHaveLength(2));
});

it("saves what is listed to a file that the agent chooses", async () => {
  const { host, user } = renderApp(shown);
  const save = async () => {
    await user.click(screen.getByRole("button", { name: "More for recent calls" }));
    await user.click(screen.getByRole("menuitem", { name: /^Export as CSV…/ }));
  };
  host.choosesFile = false;
  await save();
  expect(screen.queryByText("The calls are saved.")).toBeNull();
  host.choosesFile = true;
  await user.click(filter("Missed"));
  await save();
  expect(await screen.findByText("The calls are saved.")).toBeTruthy();
  expect(host.exported.at(-1)).toEqual({ text: "", filter: "missed", after: null });
  host.refusal = { code: "notPossible", message: "The disk is full." };
  await save();
  expect((await screen.findAllByText("The disk is full.")).length).toBeGreaterThan(0);
});

it("lets nothing lie over a call that rings", async () => {
  const { user, show } = renderApp(shown);
  await user.click(screen.getByRole("button", { name: "More for recent calls" }));
  expect(screen.getByRole("menuitem", { name: /^Export/ })).toBeTruthy();
  show(snapshot({ recents: [...recents], calls: [incoming()] }));
  await waitFor(() => expect(screen.queryByRole("menuitem", { name: /^Export/ })).toBeNull());
});
