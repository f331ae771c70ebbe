import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { incoming, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { recents, scenes } from "../host/fake/scenes";
import type { UiNumber } from "../ipc/bindings";

const field = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Number to call" });
const options = () => screen.queryAllByRole("option").map(({ textContent }) => textContent);
const search = () => within(screen.getByRole("search", { name: "Make a call" }));
const withRecents = snapshot({ recents: [...recents] });

it("calls on Enter and empties the field", async () => {
  const { host, user } = renderApp(snapshot());
  await user.type(field(), "+49 30 5550{Enter}");
  expect(host.asked).toEqual([{ do: "dial", to: "+49 30 5550" }]);
  expect(field().value).toBe("");
});

it("shows what is wrong with a number under the field and keeps what was typed", async () => {
  const { host, user } = renderApp(snapshot());
  host.refusal = { code: "badNumber", message: "“12 34 x” is not a number." };
  await user.type(field(), "12 34 x{Enter}");
  expect(await screen.findByText("“12 34 x” is not a number.")).toBeTruthy();
  expect(field().value).toBe("12 34 x");
  expect(field().getAttribute("aria-invalid")).toBe("true");
  const description = field().getAttribute("aria-describedby") ?? "";
  expect(description.split(" ").some((id) => document.getElementById(id)?.textContent.includes("not a number"))).toBe(true);
  await user.type(field(), "5");
  expect(screen.queryByText("“12 34 x” is not a number.")).toBeNull();
});

it("says why no call goes out while nobody is reachable, before and after Enter", async () => {
  const { host, user } = renderApp(scenes.offline ?? snapshot());
  const why = "You can call as soon as you are reachable again.";
  await user.type(field(), "100");
  expect(search().getByText(why)).toBeTruthy();
  await user.click(search().getByRole("button", { name: "Call" }));
  expect(host.asked).toEqual([]);
  expect(search().getByRole("alert").textContent).toBe(why);
});

it("shows any other failure above the calls until it is read", async () => {
  const { host, user } = renderApp(snapshot());
  host.refusal = { code: "notPossible", message: "The phone is not running." };
  await user.type(field(), "100{Enter}");
  expect(await within(screen.getByRole("main")).findByText("The phone is not running.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByText("The phone is not running.")).toBeNull();
});

it("is reached by its shortcut", async () => {
  const { user } = renderApp(snapshot());
  await user.keyboard("{Control>}k{/Control}");
  expect(document.activeElement).toBe(field());
});

it("finds recent calls by name and calls the first, as it says", async () => {
  const { host, user } = renderApp(withRecents);
  await user.type(field(), "celik");
  expect(options()).toEqual([expect.stringMatching(/Özlem Çelik2044/)]);
  expect(field().getAttribute("aria-expanded")).toBe("true");
  const selected = screen.getByRole("option", { selected: true });
  expect(field().getAttribute("aria-activedescendant")).toBe(selected.id);
  expect(search().getByText("Enter calls Özlem Çelik, 2044")).toBeTruthy();
  await user.keyboard("{Enter}");
  expect(host.asked).toEqual([{ do: "dial", to: "sip:2044@contact.example" }]);
  expect(field().value).toBe("");
  expect(options()).toEqual([]);
});

it("finds recent calls by digits, and calls what was typed unless one is chosen", async () => {
  const { host, user } = renderApp(withRecents);
  await user.type(field(), "030 5550");
  expect(options()).toEqual([expect.stringMatching(/Mina Kowalski/)]);
  expect(screen.queryByRole("option", { selected: true })).toBeNull();
  await user.keyboard("{Enter}");
  await user.type(field(), "030 5550{ArrowDown}{Enter}");
  expect(host.asked).toEqual([
    { do: "dial", to: "030 5550" },
    { do: "dial", to: "sip:+493055501234@contact.example" },
  ]);
});

it("goes through the list by arrows, past either end back to what was typed", async () => {
  const { user } = renderApp(withRecents);
  await user.click(field());
  expect(options()).toEqual([]);
  await user.keyboard("{ArrowDown}");
  expect(options()).toHaveLength(5);
  const chosen = () => screen.queryByRole("option", { selected: true })?.textContent.replace(/^[A-ZÖÇ]+(?=[A-Z])/, "").slice(0, 5);
  expect(chosen()).toBe("Mina ");
  await user.keyboard("{ArrowUp}");
  expect(chosen()).toBeUndefined();
  await user.keyboard("{ArrowUp}");
  expect(chosen()).toBe("Wolfe");
  await user.keyboard("{Escape}");
  expect(options()).toEqual([]);
  expect(document.activeElement).toBe(field());
});

it("empties the field by Escape and by its button", async () => {
  const { user } = renderApp(withRecents);
  await user.type(field(), "999{Escape}");
  expect(field().value).toBe("");
  await user.type(field(), "mina{Escape}");
  expect(field().value).toBe("mina");
  await user.click(screen.getByRole("button", { name: "Empty the field" }));
  expect(field().value).toBe("");
  expect(document.activeElement).toBe(field());
});

it("calls whom the pointer picks", async () => {
  const { host, user } = renderApp(withRecents);
  await user.type(field(), "2");
  await user.click(screen.getByRole("option", { name: /Özlem Çelik/ }));
  expect(host.asked).toEqual([{ do: "dial", to: "sip:2044@contact.example" }]);
});

it("lays nothing over a call that rings, and goes on taking what is typed", async () => {
  const { user, show } = renderApp(withRecents);
  await user.type(field(), "mina");
  expect(options()).toHaveLength(1);
  show(snapshot({ recents: [...recents], calls: [incoming()] }));
  expect(options()).toEqual([]);
  await user.keyboard(" k");
  expect(field().value).toBe("mina k");
  expect(options()).toEqual([]);
});

it("says how a number is read", async () => {
  const { user } = renderApp(snapshot());
  await user.type(field(), "+493");
  expect(await search().findByText("Not a complete number yet. It is dialled as typed.")).toBeTruthy();
  await user.type(field(), "0901820");
  expect((await search().findAllByText("+49 30 901820 · Germany")).length).toBeGreaterThan(0);
  await user.clear(field());
  await user.type(field(), "2001");
  expect((await search().findAllByText("Short number 2001")).length).toBeGreaterThan(0);
  await user.clear(field());
  await user.type(field(), "nobody");
  expect(await search().findByText("No recent call matches. Type a number to call it.")).toBeTruthy();
});

it("asks once the hands rest, not for every digit", async () => {
  const { host, user } = renderApp(snapshot());
  await user.type(field(), "2001");
  await waitFor(() => expect(host.read).toContain("2001"));
  expect(host.read.length).toBeLessThan(4);
});

it("goes by the last question when answers cross", async () => {
  const { host, user } = renderApp(snapshot());
  const answers = new Map<string, (number: UiNumber) => void>();
  host.reading = (text) => new Promise((resolve) => answers.set(text, resolve));
  const answer = (text: string) =>
    act(async () => {
      answers.get(text)?.({ kind: "extension", to: text, shown: text, region: null });
      await Promise.resolve();
    });
  await user.type(field(), "20");
  await waitFor(() => expect(answers.has("20")).toBe(true));
  await user.type(field(), "01");
  await waitFor(() => expect(answers.has("2001")).toBe(true));
  await answer("2001");
  await answer("20");
  expect(search().getByText("Short number 2001")).toBeTruthy();
  expect(search().queryByText("Short number 20")).toBeNull();
});
