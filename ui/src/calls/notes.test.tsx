import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { active, expert, inUse, snapshot, waits, consulting } from "../host/fake/moments";
import { card, signIn } from "../host/fake/office";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const field = (name: string) => screen.getByRole<HTMLTextAreaElement>("textbox", { name });
const inCall = snapshot({ calls: [active()], sound: inUse() });
const asking = (changes: Parameters<typeof card>[0] = {}) =>
  snapshot({ signIns: [signIn()], calls: [waits(), expert()], transfers: [consulting({ card: card(changes) })], sound: inUse() });

const FAILED = "The note to Nadia Haddad could not be sent. The call goes on.";

it("sends notes once the hand rests, both fields each time", async () => {
  const { host, user } = renderApp(inCall);
  await user.click(button("Notes"));
  await user.type(field("What was tried"), "Rebooted");
  expect(host.asked).toEqual([]);
  await waitFor(() => expect(host.asked).toEqual([{ do: "note", call: 1, tried: "Rebooted", note: "" }]));
});

it("sends notes at once when the field is left", async () => {
  const { host, user } = renderApp(inCall);
  await user.click(button("Notes"));
  await user.type(field("Note"), "VIP");
  await user.tab();
  expect(host.asked).toEqual([{ do: "note", call: 1, tried: "", note: "VIP" }]);
});

it("shows what the phone knows of a call, until somebody writes", async () => {
  const { user, show } = renderApp(scenes.notes ?? snapshot());
  await user.click(button(/^Notes/));
  expect(field("What was tried").value).toBe("Looked the invoice up.");
  await user.type(field("Note"), "!");
  show(snapshot({ calls: [active({ note: { tried: "Old", note: "Old" } })], sound: inUse() }));
  expect(field("Note").value).toBe("Wants the money back on the same account.!");
});

it("keeps the words, the fold and the hand when another card takes over", async () => {
  const { user, show } = renderApp(inCall);
  await user.click(button("Notes"));
  await user.type(field("Note"), "Half a wo");
  show(asking());
  expect(field("Note").value).toBe("Half a wo");
  expect(document.activeElement).toBe(field("Note"));
  await user.keyboard("rd");
  expect(field("Note").value).toBe("Half a word");
  show(inCall);
  expect(field("Note").value).toBe("Half a word");
  expect(document.activeElement).toBe(field("Note"));
});

it("takes the keyboard from nobody", async () => {
  const { user, show } = renderApp(inCall);
  await user.click(button("Notes"));
  await user.type(field("Note"), "x");
  act(() => button("Mute").focus());
  show(snapshot({ calls: [active({ muted: true, note: { tried: "", note: "x" } })], sound: inUse() }));
  expect(document.activeElement).toBe(button("Unmute"));
});

it.each([
  [{ state: "sending" }, "Sending a note to Nadia Haddad in Teams."],
  [{}, "Nadia Haddad has a note about the call in Teams."],
  [{ state: "failed" }, FAILED],
] as const)("says what became of the note: %o", (changes, words) => {
  renderApp(asking(changes));
  const shown = within(screen.getByRole("region", { name: "Mina Kowalski Nadia Haddad" }));
  expect(shown.getByText(words)).toBeTruthy();
  expect(shown.getByText("What the note says").nextElementSibling?.textContent).toContain("Invoice 4711 was paid twice");
});

it("shows and says what the expert replies, once", () => {
  const { show } = renderApp(asking());
  show(asking({ reply: "2 min" }));
  const shown = within(screen.getByRole("region", { name: "Mina Kowalski Nadia Haddad" }));
  expect(shown.getByText("2 min").previousElementSibling?.textContent).toBe("Nadia Haddad replies");
  expect(screen.getByTestId("polite").textContent).toBe("Nadia Haddad replies: 2 min.");
  show(asking({ reply: "can’t" }));
  expect(screen.getByTestId("polite").textContent).toBe("Nadia Haddad replies: can’t.");
});

it("says that a note could not be sent, and that the call goes on", () => {
  const { show } = renderApp(asking({ state: "sending" }));
  show(asking({ state: "failed" }));
  expect(screen.getByTestId("polite").textContent).toBe(FAILED);
});

it("keeps the words and the hand when the customer hangs up, and stays until the fold is closed", async () => {
  const { host, user, show } = renderApp(inCall);
  await user.click(button("Notes"));
  await user.type(field("Note"), "Half a wo");
  const ending = { normal: true, reason: "remoteHungUp", error: "remote_hung_up", atMs: 599_500 } as const;
  show(snapshot({ calls: [active({ state: "ended", heard: false, ending })] }));
  expect(field("Note").value).toBe("Half a wo");
  expect(document.activeElement).toBe(field("Note"));
  await user.keyboard("rd");
  await waitFor(() => expect(host.asked).toContainEqual({ do: "note", call: 1, tried: "", note: "Half a word" }));
  vi.useFakeTimers();
  await act(() => vi.advanceTimersByTimeAsync(9_000));
  vi.useRealTimers();
  expect(host.asked).not.toContainEqual({ do: "dismiss", call: 1 });
});

it("says that notes could not be stored, and keeps the words", async () => {
  const { host, user } = renderApp(inCall);
  await user.click(button("Notes"));
  host.refusal = { code: "notPossible", message: "This note is too long.", error: "too_long" };
  await user.type(field("Note"), "VIP");
  await user.tab();
  expect((await screen.findAllByText("This note is too long.")).length).toBeGreaterThan(0);
  expect(field("Note").value).toBe("VIP");
});
