import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { renderApp } from "../host/fake/renderApp";
import { active, clear, ended, held, incoming, inUse, outgoing, snapshot } from "../host/fake/moments";
import { scenes } from "../host/fake/scenes";

afterEach(() => vi.useRealTimers());

const byThem = { normal: true, reason: "remoteHungUp", error: "remote_hangup", atMs: 599_000 } as const;
const button = (name: string | RegExp) => screen.getByRole("button", { name });
const isInert = (name: string) => button(name).getAttribute("aria-disabled") === "true";
const press = (letter: string) => fireEvent.keyDown(document.body, { key: letter, code: `Key${letter}`, ctrlKey: true, shiftKey: true });
/** Once a press counts. */
const settled = (name: string) => waitFor(() => expect(isInert(name)).toBe(false));

it("shows who calls and why, and answers", async () => {
  const { host, user } = renderApp(snapshot({ calls: [incoming()] }));
  const card = screen.getByRole("region", { name: "Mina Kowalski" });
  expect(within(card).getByText("Support, second line")).toBeTruthy();
  expect(within(card).getByText("Invoice 4711 was paid twice")).toBeTruthy();
  expect(within(card).getByRole("timer").textContent).toMatch(/^0:(08|09|1\d)$/);
  await user.click(button("Answer"));
  expect(host.asked).toEqual([{ do: "answer", call: 1 }]);
});

it("does not guess: nothing changes until the phone says so", async () => {
  const { user, show } = renderApp(snapshot({ calls: [active()] }));
  await user.click(button("Mute"));
  expect(button("Mute")).toBeTruthy();
  show(snapshot({ calls: [active({ muted: true })] }));
  expect(button("Unmute")).toBeTruthy();
  expect(screen.getByText("Muted: they cannot hear you")).toBeTruthy();
});

it("declines as busy, or for everybody from the menu", async () => {
  const { host, user } = renderApp(snapshot({ calls: [incoming()] }));
  await settled("Decline");
  await user.click(button("Decline"));
  await user.click(button("Ways to decline"));
  await user.click(await screen.findByRole("menuitem", { name: /Nobody takes this call/ }));
  expect(host.asked).toEqual([
    { do: "reject", call: 1, with: "busy" },
    { do: "reject", call: 1, with: "decline" },
  ]);
});

it("says that answering puts the other call on hold", () => {
  renderApp(snapshot({ calls: [active(), incoming({ id: 5 })] }));
  expect(button("Hold and answer")).toBeTruthy();
});

it("holds, resumes and hangs up", async () => {
  const { host, user, show } = renderApp(snapshot({ calls: [active()] }));
  await user.click(button("Hold"));
  show(snapshot({ calls: [active({ hold: "held", heldSinceMs: 588_000, heard: false })] }));
  const state = screen.getByTestId("call-state");
  expect(state.textContent).toBe("On hold");
  expect(state.parentElement?.textContent).toBe("On hold0:12");
  await user.click(button("Resume"));
  await user.click(button("Hang up"));
  expect(host.asked).toEqual([
    { do: "hold", call: 1 },
    { do: "resume", call: 1 },
    { do: "hangUp", call: 1 },
  ]);
});

it("hangs up on nobody who waits by a press meant for a caller who has just gone", () => {
  vi.useFakeTimers();
  const { host, show } = renderApp(snapshot({ calls: [active(), held()] }));
  show(snapshot({ calls: [active({ state: "ended", heard: false, ending: byThem }), held()] }));
  act(() => button("Hang up").focus());
  const hangUp = () => {
    fireEvent.click(button("Hang up"));
    press("H");
  };
  hangUp();
  expect(host.asked).toEqual([]);
  expect(document.activeElement).toBe(button("Hang up"));
  act(() => { vi.advanceTimersByTime(700); });
  expect(isInert("Hang up")).toBe(false);
  hangUp();
  expect(host.asked).toEqual([
    { do: "hangUp", call: 3 },
    { do: "hangUp", call: 3 },
  ]);
});

it("hangs up at once on somebody who is heard, also after a swap", () => {
  vi.useFakeTimers();
  const { host, show } = renderApp(scenes.two ?? snapshot());
  show(snapshot({ calls: [active({ hold: "held", heard: false }), held({ hold: "off", heard: true })] }));
  fireEvent.click(button("Hang up"));
  expect(host.asked).toEqual([{ do: "hangUp", call: 3 }]);
});

it("sends nobody away by a press meant for what was there a moment before", () => {
  vi.useFakeTimers();
  const { host, show } = renderApp(snapshot({ calls: [active()] }));
  const decline = () => {
    fireEvent.click(button("Decline"));
    press("D");
  };
  show(snapshot({ calls: [incoming({ id: 5 })] }));
  decline();
  act(() => { vi.advanceTimersByTime(700); });
  // The next one stands where the first one was, and has its keys.
  show(snapshot({ calls: [incoming({ id: 6 })] }));
  decline();
  expect(host.asked).toEqual([]);
  act(() => { vi.advanceTimersByTime(700); });
  decline();
  expect(host.asked).toEqual([
    { do: "reject", call: 6, with: "busy" },
    { do: "reject", call: 6, with: "busy" },
  ]);
});

it("offers no hold before the answer, and takes no click on it", async () => {
  const { host, user } = renderApp(snapshot({ calls: [outgoing({ heard: true })] }));
  expect(button("Hold").getAttribute("aria-disabled")).toBe("true");
  await user.click(button("Hold"));
  await user.click(button("Cancel"));
  expect(host.asked).toEqual([{ do: "hangUp", call: 2 }]);
});

it("offers no digits before the answer, even where there is sound", async () => {
  const { host, user } = renderApp(scenes.early ?? snapshot());
  expect(button("Keypad").getAttribute("aria-disabled")).toBe("true");
  await user.click(button("Keypad"));
  await user.keyboard("{Control>}{Shift>}k{/Shift}{/Control}5");
  expect(screen.queryByRole("group", { name: "Keypad" })).toBeNull();
  expect(host.asked).toEqual([]);
});

it("sends digits by pointer and by typing, and shows those that were sent", async () => {
  const { host, user, show } = renderApp(snapshot({ calls: [active()] }));
  await user.keyboard("4");
  await user.click(button("Keypad"));
  await user.keyboard("47#");
  await user.click(button("Star"));
  expect(host.asked.map((action) => (action.do === "dtmf" ? action.digits : action.do))).toEqual(["4", "7", "#", "*"]);
  expect(screen.getByText("Press or type digits")).toBeTruthy();
  show(snapshot({ calls: [active({ dtmfSent: "47" })] }));
  expect(screen.getByLabelText("Digits sent").textContent).toBe("47");
});

it("keeps digits typed into the number field out of the call", async () => {
  const { host, user } = renderApp(snapshot({ calls: [active()] }));
  await user.click(button("Keypad"));
  await user.type(screen.getByRole("combobox", { name: "Number to call" }), "123");
  expect(host.asked).toEqual([]);
});

it("keeps the heard call at hand and the others in reach", async () => {
  const { host, user } = renderApp(scenes.several ?? snapshot());
  const held = screen.getByRole("region", { name: "Jonas Brandt" });
  await user.click(within(held).getByRole("button", { name: "Swap to Jonas Brandt" }));
  await user.click(within(held).getByRole("button", { name: "Hang up, Jonas Brandt" }));
  expect(host.asked).toEqual([
    { do: "resume", call: 3 },
    { do: "hangUp", call: 3 },
  ]);
});

it("works by the keyboard alone", async () => {
  const { host, user, show } = renderApp(snapshot({ calls: [incoming()] }));
  await user.keyboard("{Control>}{Shift>}a{/Shift}{/Control}");
  show(snapshot({ calls: [active()] }));
  await user.keyboard("{Control>}{Shift>}m{/Shift}{/Control}");
  await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");
  await user.keyboard("{Control>}{Shift>}k{/Shift}{/Control}5");
  await user.keyboard("{Control>}{Shift>}h{/Shift}{/Control}");
  show(snapshot({ calls: [incoming({ id: 2 })] }));
  await settled("Decline");
  await user.keyboard("{Control>}{Shift>}d{/Shift}{/Control}");
  expect(host.asked).toEqual([
    { do: "answer", call: 1 },
    { do: "mute", call: 1 },
    { do: "hold", call: 1 },
    { do: "dtmf", call: 1, digits: "5" },
    { do: "hangUp", call: 1 },
    { do: "reject", call: 2, with: "busy" },
  ]);
});

it("keeps the keyboard on a call when its buttons change, and gives it to the field when the call is gone", () => {
  const { show } = renderApp(snapshot({ calls: [incoming()] }));
  act(() => button("Answer").focus());
  show(snapshot({ calls: [active()] }));
  expect(document.activeElement).toBe(screen.getByRole("region", { name: "Mina Kowalski" }));
  show(snapshot());
  expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "Number to call" }));
});

it("does not take the keyboard from somebody who types when a call comes in", async () => {
  const { user, show } = renderApp(snapshot());
  const field = screen.getByRole<HTMLInputElement>("combobox", { name: "Number to call" });
  await user.type(field, "12");
  show(snapshot({ calls: [incoming()] }));
  await user.keyboard("3");
  expect(field.value).toBe("123");
});

it("says why a call failed and what to do, and calls again", async () => {
  const { host, user } = renderApp(snapshot({ calls: [ended()] }));
  expect(screen.getByTestId("call-state").textContent).toBe("Nobody answered.");
  expect(screen.getByText("Try again later.")).toBeTruthy();
  await user.click(button("Call +49 30 5550 9876 again"));
  expect(host.asked).toEqual([
    { do: "dial", to: "sip:+493055509876@contact.example" },
    { do: "dismiss", call: 2 },
  ]);
});

it("puts away a call that ended as meant after a while, and leaves a failed one", () => {
  vi.useFakeTimers();
  const { host } = renderApp(scenes.ended ?? snapshot());
  vi.advanceTimersByTime(7_900);
  expect(host.asked).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(host.asked).toEqual([{ do: "dismiss", call: 7 }]);
});

it("asks before the window closes on a customer", async () => {
  const { host, user } = renderApp(scenes.closing ?? snapshot());
  const dialog = screen.getByRole("alertdialog", { name: "End your call?" });
  await user.click(within(dialog).getByRole("button", { name: "Stay on the line" }));
  await user.click(within(dialog).getByRole("button", { name: "Hang up and close" }));
  expect(host.asked).toEqual([
    { do: "close", really: false },
    { do: "close", really: true },
  ]);
});

it("says how long the caller has been waiting, from before it rang here", () => {
  renderApp(snapshot({ calls: [incoming({ waitedMs: 146_000 })] }));
  expect(screen.getByRole("region", { name: "Mina Kowalski" }).textContent).toMatch(/Waiting 2:3[4-9]/);
});

it("keeps the buttons in sight of a call that says much, and shows all on demand", async () => {
  const { user } = renderApp(scenes.incomingWithData ?? snapshot());
  const card = within(screen.getByRole("region", { name: "Mina Kowalski" }));
  expect(card.queryByText("Polish, German")).toBeNull();
  await user.click(button("Show all 8 details"));
  expect(card.getByText("Polish, German")).toBeTruthy();
  expect(card.getByText(/The chat assistant has already asked/)).toBeTruthy();
  await user.click(button("Show less"));
  expect(card.queryByText("Polish, German")).toBeNull();
});

it("shows a second call below the controls of the first, and moves none of them", () => {
  const { show } = renderApp(snapshot({ calls: [active()], sound: inUse() }));
  const before = button("Hang up");
  show(scenes.waiting ?? snapshot());
  expect(button("Hang up")).toBe(before);
  const follows = before.compareDocumentPosition(button("Hold and answer"));
  expect(follows & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
});

it("swaps two calls by click and by keys, and says which one is heard", async () => {
  const { host, user } = renderApp(scenes.two ?? snapshot());
  const [heard, waits] = [screen.getByRole("region", { name: "Mina Kowalski" }), screen.getByRole("region", { name: "Jonas Brandt" })];
  expect(within(heard).getByText("You hear this call")).toBeTruthy();
  expect(within(waits).getByTestId("call-state").textContent).toBe("On hold");
  expect(within(heard).getByRole("timer").textContent).toMatch(/^3:2\d$/);
  const [waited, called] = within(waits).getAllByRole("timer").map(({ textContent }) => textContent);
  expect(waited).toMatch(/^3:3\d$/);
  expect(called).toMatch(/^8:0\d$/);
  await user.click(button("Swap to Jonas Brandt"));
  await user.keyboard("{Control>}{Shift>}x{/Shift}{/Control}");
  expect(host.asked).toEqual([
    { do: "resume", call: 3 },
    { do: "resume", call: 3 },
  ]);
});

it("resumes rather than swaps when nobody is heard", async () => {
  const { host, user } = renderApp(snapshot({ calls: [held(), active({ hold: "held", heard: false })] }));
  await user.keyboard("{Control>}{Shift>}x{/Shift}{/Control}");
  expect(host.asked).toEqual([]);
  await user.click(button("Resume, Jonas Brandt"));
  expect(host.asked).toEqual([{ do: "resume", call: 3 }]);
});

it("shows the figures behind the words on demand", async () => {
  const { user } = renderApp(scenes.poor ?? snapshot());
  const quality = button("Their sound breaks up on the way to you");
  expect(quality.textContent).not.toContain("jitter");
  await user.click(quality);
  expect(quality.getAttribute("aria-expanded")).toBe("true");
  expect(quality.textContent).toContain("jitter 48 ms");
});

it("folds out what is behind the words: opinion, alarms and the way from mouth to ear", async () => {
  const { user } = renderApp(scenes.poor ?? snapshot());
  expect(screen.queryByRole("group", { name: "Details of the sound" })).toBeNull();
  await user.click(button("Their sound breaks up on the way to you"));
  const details = screen.getByRole("group", { name: "Details of the sound" });
  expect(within(details).getByText("Quality 2.3 of 4.5, at their end 4.4")).toBeTruthy();
  expect(within(details).getByText(/Jitter above 30 ms/)).toBeTruthy();
  expect(within(details).getByText("From mouth to ear 362 ms")).toBeTruthy();
  const parts = within(details).getAllByRole("term").map((term) => term.textContent);
  expect(parts).toEqual(["Microphone", "Encoding", "Network, one way", "Jitter buffer", "Speaker"]);
  expect(within(details).getByText("155 ms")).toBeTruthy();
});

it("says of a part of the way that it is not known yet, and nothing of what cannot be judged", async () => {
  const delay = { ms: 90, parts: [{ place: "network" as const, ms: null }] };
  const { user } = renderApp(snapshot({ calls: [active({ quality: clear({ mos: null, mosThere: null, delay }) })] }));
  await user.click(button("Clear sound"));
  const details = screen.getByRole("group", { name: "Details of the sound" });
  expect(within(details).getByText("not known yet")).toBeTruthy();
  expect(details.textContent).not.toContain("Quality");
});

it("says why a control cannot be used", async () => {
  const { user } = renderApp(snapshot({ calls: [outgoing({ heard: true })] }));
  await user.hover(button("Hold"));
  expect((await screen.findAllByText("Possible once the call is answered")).length).toBeGreaterThan(0);
});

it.each([
  ["noMicrophone", "Nobody can hear you: no microphone."],
  ["noSpeaker", "You hear nobody: no headset or speaker."],
  ["standIn", "Laptop microphone stands in for the one you chose."],
])("says in the call what is wrong with the devices: %s", (scene, words) => {
  renderApp(scenes[scene] ?? snapshot());
  expect(within(screen.getByRole("region", { name: "Mina Kowalski" })).getByText(words)).toBeTruthy();
});

it("says what a call on hold hears, and that it is muted all the same", () => {
  const { show } = renderApp(scenes.held ?? snapshot());
  expect(screen.getByText("They wait and cannot hear you.")).toBeTruthy();
  show(snapshot({ calls: [active({ hold: "held", heard: false, muted: true })] }));
  expect(screen.getByText("Muted: they cannot hear you")).toBeTruthy();
});

it("moves no control of a call when there is news", () => {
  const { host, show } = renderApp(snapshot({ calls: [active()], sound: inUse() }));
  const before = button("Hang up");
  show(scenes.noMicrophone ?? snapshot());
  expect(button("Hang up")).toBe(before);
  const notice = screen.getByText("There is no microphone.");
  expect(before.compareDocumentPosition(notice) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  expect(host.asked).toEqual([]);
});
