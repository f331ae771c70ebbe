import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { appearance, held, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";

afterEach(() => vi.useRealTimers());

const button = (name: string) => screen.getByRole("button", { name });
const names = () => screen.getAllByRole("button").map((element) => element.getAttribute("aria-label"));
const scene = (name: string) => renderApp(scenes[name] ?? snapshot());
const settled = (name: string) => waitFor(() => expect(button(name).getAttribute("aria-disabled")).not.toBe("true"));
const keys = (letter: string) => `{Control>}{Shift>}${letter}{/Shift}{/Control}`;

it("shows the window as a bar, and back, by button and by keys", async () => {
  const { host, user, show } = renderApp(snapshot());
  await user.click(button("Show as a bar"));
  show(snapshot({ window: appearance({ mode: "compact" }) }));
  expect(screen.queryByRole("combobox")).toBeNull();
  await user.click(button("Show the full window"));
  await user.keyboard(keys("y"));
  expect(host.asked.filter((action) => action.do === "setMode")).toEqual([
    { do: "setMode", mode: "compact" },
    { do: "setMode", mode: "full" },
    { do: "setMode", mode: "full" },
  ]);
});

it("says who and what, and does what a hand must find at once", async () => {
  const { host, user } = scene("barCall");
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Mina Kowalski");
  await user.click(button("Mute"));
  await user.click(button("Hold"));
  await user.keyboard(keys("h"));
  expect(host.asked.map((action) => action.do)).toEqual(["mute", "hold", "hangUp"]);
});

it("says what each of two hears, and connects them", async () => {
  const { host, user } = scene("barConsulting");
  expect(screen.getByTestId("call-state").textContent).toMatch(/Mina Kowalski: .+ · Nadia Haddad: .+/);
  await user.click(button("Connect them"));
  expect(host.asked).toEqual([{ do: "complete", call: 1, sure: false }]);
});

it("has each name by itself, to be cut off without what is said of them", () => {
  scene("barConsulting");
  const line = screen.getByTestId("call-state");
  expect([...line.querySelectorAll("bdi bdi")].map((name) => name.textContent)).toEqual(["Mina Kowalski", "Nadia Haddad"]);
  expect(line.parentElement?.title).toBe(line.textContent);
});

it("has a place for every button, whatever is possible", () => {
  const { show } = scene("barIdle");
  const idle = names().length;
  for (const name of ["barCall", "barMuted", "barConsulting", "barTwo"]) {
    show(scenes[name] ?? snapshot());
    expect(names()).toHaveLength(idle);
  }
});

it("puts what rings below, with its own buttons", async () => {
  const { host, user } = scene("barRinging");
  const before = names().slice(0, 6);
  await user.click(button("Hold and answer"));
  await settled("Decline");
  await user.keyboard(keys("d"));
  expect(before).toEqual(["Mute", "Hold", "Connect them", "Hang up", "Let it go below other windows", "Show the full window"]);
  expect(host.asked).toEqual([
    { do: "answer", call: 5 },
    { do: "reject", call: 5, with: "busy" },
  ]);
});

it("hangs up on nobody who waits by a press meant for a caller who has just gone", () => {
  vi.useFakeTimers();
  const { host, show } = scene("barTwo");
  show(snapshot({ calls: [held()], window: appearance({ mode: "compact" }) }));
  fireEvent.click(button("Hang up"));
  expect(host.asked).toEqual([]);
  act(() => { vi.advanceTimersByTime(700); });
  fireEvent.click(button("Hang up"));
  expect(host.asked).toEqual([{ do: "hangUp", call: 3 }]);
});

it("stays above other windows by choice, unless that is managed", async () => {
  const { host, user, show } = scene("barCall");
  await user.click(button("Let it go below other windows"));
  show(snapshot({ window: appearance({ mode: "compact", managed: ["alwaysOnTop"] }) }));
  await user.click(button("Keep above other windows"));
  expect(host.asked).toEqual([{ do: "setAlwaysOnTop", on: false }]);
  await user.hover(button("Keep above other windows"));
  expect(await screen.findByText("Set by whoever manages this phone.")).toBeTruthy();
  show(snapshot({ window: appearance({ mode: "compact", managed: ["alwaysOnTop"], managedBy: "Contoso IT" }) }));
  expect(screen.getByText("Set by Contoso IT.")).toBeTruthy();
});

it("gives way to the question of who is hung up on when the window closes", () => {
  const { host, show } = scene("barCall");
  show({ ...snapshot(scenes.barCall), closing: true });
  expect(screen.getByRole("alertdialog").textContent).toContain("Closing Warmline hangs up on Mina Kowalski.");
  expect(host.asked).toEqual([{ do: "setMode", mode: "full" }]);
});

it("says from which queue a call comes, and what has failed", async () => {
  const { host, user } = scene("barRinging");
  expect(screen.getByRole("region", { name: /^Incoming call from/ }).textContent).toContain("Support, second line");
  host.refusal = { code: "notPossible", message: "The call cannot be held.", error: "not_now" };
  await user.click(button("Mute"));
  expect((await screen.findAllByText("The call cannot be held.")).length).toBeGreaterThan(0);
});

it("says that the microphone is silent", () => {
  renderApp({ ...snapshot(scenes.barCall), notices: [{ kind: "microphoneSilent", words: null, advice: null }] });
  expect(screen.getByText("Your microphone is silent.")).toBeTruthy();
});
