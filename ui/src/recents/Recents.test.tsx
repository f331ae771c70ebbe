import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { active, appearance, incoming, recent, snapshot } from "../host/fake/moments";
import { people, signIn } from "../host/fake/office";
import { renderApp } from "../host/fake/renderApp";
import { recents, scenes } from "../host/fake/scenes";
import { widen } from "../host/fake/widen";
import { inEnglish } from "../words/words";
import { outcomeWords } from "./outcome";
import { isMissed } from "./missed";

const words = inEnglish("en-GB");

const shown = snapshot({ recents: [...recents] });
const list = () => screen.getByRole("list", { name: "Recent calls" });
const fold = () => screen.getByRole("button", { name: "Recent calls" });
const called = () => within(list()).getAllByRole("button", { name: /^Call / });
const field = () => screen.getByRole("combobox", { name: "Number to call" });

it("lists who called, when, from which queue and what became of it", () => {
  renderApp(shown);
  const rows = within(list()).getAllByRole("listitem");
  expect(rows).toHaveLength(6);
  expect(rows[0]?.textContent).toMatch(/^Mina Kowalski \+49 30 5550 1234The caller hung up before you answered · Support, second line/);
  expect(rows[3]?.textContent).toMatch(/^\+44 20 7946 0958You turned the call away · Support, first line(Yesterday|\d|\p{L}+ \d)/u);
  expect(called()[0]?.getAttribute("aria-describedby")?.split(" ")).toHaveLength(2);
});

it("says how long they talked only if they did", () => {
  expect(outcomeWords(words, recent())).toBe("Answered · 3 min · Support, second line");
  expect(outcomeWords(words, recent({ outcome: "notReached", reason: "noAnswer", talkedS: null, queue: null }))).toBe("Nobody answered");
});

it("calls back by click and by Enter", async () => {
  const { host, user } = renderApp(shown);
  await user.click(screen.getByRole("button", { name: "Call Jonas Brandt" }));
  await user.keyboard("{Control>}{Shift>}r{/Shift}{/Control}{ArrowDown}{Enter}");
  expect(host.asked).toEqual([
    { do: "dial", to: "sip:+49895550777@contact.example" },
    { do: "dial", to: "sip:2044@contact.example" },
  ]);
});

it("says why a caller who withheld their number cannot be called back", async () => {
  const withheld = recent({ party: { name: null, number: "Number withheld", address: "" } });
  const { host, user } = renderApp(snapshot({ recents: [withheld] }));
  await user.click(screen.getByRole("button", { name: "Call Number withheld" }));
  expect(host.asked).toEqual([]);
  expect(within(screen.getByRole("main")).getByText(/withheld their number: they cannot be called back/)).toBeTruthy();
});

it("says why nobody can be called back while nobody is reachable", async () => {
  const { host, user } = renderApp(scenes.offlineWithRecents ?? snapshot());
  await user.click(screen.getByRole("button", { name: "Call Jonas Brandt" }));
  expect(host.asked).toEqual([]);
  expect(within(screen.getByRole("main")).getByText("You can call as soon as you are reachable again.")).toBeTruthy();
});

it("is one stop of Tab, with arrows inside", async () => {
  const { user } = renderApp(shown);
  await user.keyboard("{Control>}{Shift>}r{/Shift}{/Control}");
  expect(document.activeElement).toBe(called()[0]);
  await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
  expect(document.activeElement).toBe(called()[1]);
  await user.keyboard("{End}");
  expect(document.activeElement).toBe(called()[5]);
  await user.keyboard("{ArrowDown}{Home}");
  expect(document.activeElement).toBe(called()[0]);
  expect(called().filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
});

it("removes by button and by Delete, and keeps the keyboard in the list", async () => {
  const { host, user, show } = renderApp(shown);
  await user.click(screen.getByRole("button", { name: "Remove, Jonas Brandt" }));
  expect(host.asked).toEqual([{ do: "forget", recent: 19 }]);
  show(snapshot({ recents: recents.filter(({ id }) => id !== 19) }));
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Call Özlem Çelik" }));
  await user.keyboard("{Delete}");
  expect(host.asked.at(-1)).toEqual({ do: "forget", recent: 18 });
  show(snapshot());
  await waitFor(() => expect(document.activeElement).toBe(field()));
});

it("asks before all are forgotten", async () => {
  const { host, user } = renderApp(shown);
  await user.click(screen.getByRole("button", { name: "Clear all" }));
  // Without a layout the library may take the dialog for hidden.
  const question = screen.getByRole("alertdialog", { hidden: true });
  expect(question.textContent).toContain("6 calls are taken off the list for good.");
  await user.click(within(question).getByRole("button", { name: "Keep them", hidden: true }));
  expect(host.asked).toEqual([]);
  await waitFor(() => expect(screen.queryByRole("alertdialog", { hidden: true })).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Clear all" })));
  await user.click(screen.getByRole("button", { name: "Clear all" }));
  await user.click(screen.getByRole("button", { name: "Forget all", hidden: true }));
  expect(host.asked).toEqual([{ do: "forget", recent: null }]);
});

it("drops the question when a call rings", async () => {
  const { user, show } = renderApp(shown);
  await user.click(screen.getByRole("button", { name: "Clear all" }));
  show(snapshot({ recents: [...recents], calls: [incoming()] }));
  await waitFor(() => expect(screen.queryByRole("alertdialog", { hidden: true })).toBeNull());
  show(shown);
  expect(screen.queryByRole("alertdialog", { hidden: true })).toBeNull();
});

it("asks from behind another tab, from the bar and by name, but not over a call that rings", async () => {
  widen();
  const behind = { ...shown, signIns: [signIn()] };
  const { host, user, show } = renderApp(behind, people());
  const choose = async (text: string) => {
    await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
    await screen.findByRole("combobox", { name: "What do you want to do?" });
    await user.keyboard(`${text}{Enter}`);
  };
  const question = () => screen.queryByRole("alertdialog", { hidden: true });
  expect(screen.getByRole("tab", { name: "Experts", selected: true })).toBeTruthy();
  await choose("clear all");
  expect(question()?.textContent).toContain("6 calls are taken off the list for good.");
  await user.click(screen.getByRole("button", { name: "Forget all", hidden: true }));
  expect(host.asked.at(-1)).toEqual({ do: "forget", recent: null });
  await waitFor(() => expect(question()).toBeNull());
  show({ ...behind, window: appearance({ mode: "compact" }) });
  await choose("clear all");
  expect(question()).not.toBeNull();
  expect(host.asked.filter((action) => action.do === "setMode")).not.toEqual([]);
  await user.click(screen.getByRole("button", { name: "Keep them", hidden: true }));
  await waitFor(() => expect(question()).toBeNull());
  show({ ...behind, calls: [incoming()] });
  await choose("clear all");
  expect(question()).toBeNull();
});

it("is folded during calls, unless it is wanted", async () => {
  const { user, show } = renderApp(shown);
  expect(fold().getAttribute("aria-expanded")).toBe("true");
  const inCall = snapshot({ recents: [...recents], calls: [active()] });
  show(inCall);
  expect(fold().getAttribute("aria-expanded")).toBe("false");
  expect(screen.queryByRole("list", { name: "Recent calls" })).toBeNull();
  await user.keyboard("{Control>}{Shift>}r{/Shift}{/Control}");
  expect(document.activeElement).toBe(called()[0]);
  act(() => fold().focus());
  show(shown);
  expect(list()).toBeTruthy();
});

it("says what will be here when there is nothing yet", () => {
  renderApp(snapshot());
  expect(screen.queryByRole("button", { name: "Recent calls" })).toBeNull();
  expect(screen.getByText("Calls you make and take are listed here.")).toBeTruthy();
});

it.each([
  ["missed", true],
  ["doNotDisturb", true],
  ["declined", false],
  ["answered", false],
] as const)("has one meaning of a missed call: %s", (outcome, missed) => {
  expect(isMissed(recent({ outcome }))).toBe(missed);
});
