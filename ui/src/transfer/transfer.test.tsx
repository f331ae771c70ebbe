import { act, screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { active, expert, incoming, inUse, snapshot, waits } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { recents, scenes } from "../host/fake/scenes";

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const field = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Name or number of who should help" });
const page = () => within(screen.getByRole("main"));
const scene = (name: string) => renderApp(scenes[name] ?? snapshot());
const keys = (letter: string) => `{Control>}{Shift>}${letter}{/Shift}{/Control}`;
const off = (name: string) => button(name).getAttribute("aria-disabled");

it.each([
  ["Hand over", "handOver"],
  ["Ask first", "consult"],
  ["Transfer without asking", "blindTransfer"],
] as const)("brings somebody in by number: %s", async (label, asked) => {
  const { host, user } = scene("active");
  await user.click(button("Transfer"));
  expect(document.activeElement).toBe(field());
  await user.keyboard("2010");
  expect((await screen.findAllByText("Short number 2010")).length).toBeGreaterThan(0);
  await user.click(button(new RegExp(`^${label}`)));
  expect(host.asked).toEqual([{ do: asked, call: 1, to: "2010" }]);
  expect(screen.queryByRole("combobox", { name: "Name or number of who should help" })).toBeNull();
});

it("hands over by keys alone: found by name, chosen by Enter, handed over by another", async () => {
  const { host, user } = scene("active");
  await user.keyboard(keys("t"));
  await user.keyboard("celik");
  expect(screen.getAllByText("Enter chooses Özlem Çelik, 2044").length).toBeGreaterThan(0);
  await user.keyboard("{Enter}");
  expect(host.asked).toEqual([]);
  expect(field().value).toBe("Özlem Çelik");
  await user.keyboard("{Enter}");
  expect(host.asked).toEqual([{ do: "handOver", call: 1, to: "sip:2044@contact.example" }]);
});

it("goes by what is typed after somebody was chosen", async () => {
  const { host, user } = scene("active");
  await user.click(button("Transfer"));
  await user.keyboard("celik{Enter}");
  await user.clear(field());
  await user.type(field(), "2010");
  await user.click(button(/^Ask first/));
  expect(host.asked).toEqual([{ do: "consult", call: 1, to: "2010" }]);
});

it("says what is wrong with a number in place, and keeps it", async () => {
  const { host, user } = scene("active");
  await user.click(button("Transfer"));
  host.refusal = { code: "badNumber", message: "This is not a number that can be called." };
  await user.click(button(/^Hand over/));
  expect(await screen.findByText("This is not a number that can be called.")).toBeTruthy();
  expect(document.activeElement).toBe(field());
});

it("brings nobody in while there is no connection, and says why", async () => {
  const { host, user } = renderApp({ ...(scenes.lostInCall ?? snapshot()), recents: [...recents] });
  await user.click(button("Transfer"));
  await user.keyboard("2010{Enter}");
  expect(screen.getAllByText("You can call as soon as you are reachable again.").length).toBeGreaterThan(0);
  expect(host.asked).toEqual([]);
});

it("closes by Escape and gives the keyboard back to its button", async () => {
  const { user } = scene("active");
  await user.click(button("Transfer"));
  await user.keyboard("2{Escape}{Escape}");
  expect(document.activeElement).toBe(field());
  await user.keyboard("{Escape}");
  expect(document.activeElement).toBe(button("Transfer"));
});

it("offers no transfer before the answer", async () => {
  const { user } = scene("calling");
  expect(off("Transfer")).toBe("true");
  await user.keyboard(keys("t"));
  expect(page().queryByText(/^Who should help/)).toBeNull();
});

it("shows both people on one card, what each hears, and their times", () => {
  scene("consulting");
  const card = screen.getByRole("region", { name: "Mina Kowalski Nadia Haddad" });
  expect(within(card).getByText("Hears music")).toBeTruthy();
  expect(within(card).getByText("Hears you")).toBeTruthy();
  expect(within(card).getByText("Talking with you")).toBeTruthy();
  expect(within(card).getAllByRole("timer").map(({ textContent }) => textContent)).toEqual([
    expect.stringMatching(/^3:2\d$/),
    // So long she has waited.
    expect.stringMatching(/^0:2\d$/),
    expect.stringMatching(/^0:\d\d$/),
  ]);
  expect(screen.getAllByText("Mina Kowalski")).toHaveLength(1);
  expect(screen.queryByRole("button", { name: "Hang up, Mina Kowalski" })).toBeNull();
});

it("swaps, merges, goes back and connects, by click and by keys", async () => {
  const { host, user } = scene("consulting");
  for (const name of ["Swap", "Merge", "Back to Mina Kowalski", "Connect them"]) {
    await user.click(button(name));
  }
  const byClick = [...host.asked];
  expect(byClick).toEqual([
    { do: "swap", call: 1 },
    { do: "merge", call: 1, with: 4 },
    { do: "back", call: 1 },
    { do: "complete", call: 1, sure: false },
  ]);
  await user.keyboard(keys("x") + keys("g") + keys("b") + keys("c"));
  expect(host.asked.slice(4)).toEqual(byClick);
});

it("never hangs up on a waiting customer by the keys: it goes back to them", async () => {
  const { host, user, show } = scene("consulting");
  await user.keyboard(keys("h"));
  show(scenes.backWithCustomer ?? snapshot());
  await user.keyboard(keys("h"));
  expect(host.asked).toEqual([
    { do: "back", call: 1 },
    { do: "hangUp", call: 1 },
  ]);
});

it("mutes towards whom the agent talks with", async () => {
  const { host, user, show } = scene("consulting");
  await user.click(button("Mute"));
  show(scenes.backWithCustomer ?? snapshot());
  await user.click(button("Mute"));
  expect(host.asked).toEqual([
    { do: "mute", call: 4 },
    { do: "mute", call: 1 },
  ]);
});

it("cannot connect before the expert has answered, but can stop calling", async () => {
  const { host, user } = scene("consultCalling");
  await user.click(button("Connect them"));
  await user.click(button("Merge"));
  await user.keyboard(keys("c") + keys("g"));
  expect(host.asked).toEqual([]);
  expect([off("Connect them"), off("Merge"), off("Swap")]).toEqual(["true", "true", null]);
  await user.click(button("Back to Mina Kowalski"));
  expect(host.asked).toEqual([{ do: "back", call: 1 }]);
});

it("says when it connects by itself, and does not if told so", async () => {
  const { host, user } = scene("handingOver");
  expect(button(/^Connect them now/).textContent).toMatch(/by itself in [67] s$/);
  await user.click(button("Not yet"));
  expect(host.asked).toEqual([{ do: "keepConsulting", call: 1 }]);
});

it("claims no success while the phone system has not answered, and locks what would disturb it", async () => {
  const { host, user } = scene("completing");
  expect(page().getByText("Connecting Mina Kowalski with Nadia Haddad.")).toBeTruthy();
  expect(page().getByText(/Waiting for the phone system’s word/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Connect them" })).toBeNull();
  await user.click(button("Swap"));
  await user.click(button("Merge"));
  await user.keyboard(keys("x") + keys("g") + keys("b") + keys("c") + keys("h"));
  expect(host.asked).toEqual([]);
  await user.hover(button("Swap"));
  expect((await screen.findAllByText("Possible again once the phone system has answered")).length).toBeGreaterThan(0);
});

it("says that the expert is no longer on the line while it completes", () => {
  scene("completingAlone");
  expect(page().getByText("No longer on your line")).toBeTruthy();
  expect(page().getByText(/You keep Mina Kowalski until then/)).toBeTruthy();
});

it("shows why it failed until the next try", () => {
  const { show } = scene("transferFailed");
  expect(page().getByText("The phone system refused to transfer this call.")).toBeTruthy();
  expect(page().getByText(/Try again, or merge/)).toBeTruthy();
  show(scenes.completing ?? snapshot());
  expect(page().queryByText(/refused to transfer/)).toBeNull();
});

it("asks in place before it connects somebody with what may be a machine", async () => {
  const { host, user } = scene("maybeVoicemail");
  expect(page().getByText(/This may be voicemail/)).toBeTruthy();
  await user.click(button("Connect them"));
  expect(host.asked).toEqual([]);
  expect(page().getByText("Connect Mina Kowalski all the same?")).toBeTruthy();
  expect(document.activeElement).toBe(button("Not yet"));
  await user.keyboard("{Enter}");
  expect(page().queryByText("Connect Mina Kowalski all the same?")).toBeNull();
  expect(document.activeElement).toBe(button("Connect them"));
  await user.keyboard(keys("c"));
  await user.click(button("Connect all the same"));
  expect(host.asked).toEqual([{ do: "complete", call: 1, sure: true }]);
});

it("keeps the keyboard on the card through every step", async () => {
  const { user, show } = scene("active");
  await user.click(button("Transfer"));
  await user.keyboard("2010{Enter}");
  show(scenes.consultCalling ?? snapshot());
  const card = screen.getByRole("region", { name: "Mina Kowalski Nadia Haddad" });
  expect(document.activeElement).toBe(card);
  show(scenes.consulting ?? snapshot());
  act(() => button("Connect them").focus());
  show(scenes.completing ?? snapshot());
  expect(card.contains(document.activeElement)).toBe(true);
  show(snapshot({ calls: [waits(), expert()], group: { members: [1, 4], away: false, canLeave: true, note: null } }));
  expect(document.activeElement).toBe(screen.getByRole("region", { name: "You and 2 others" }));
});

it("offers both again after another call came in between", async () => {
  const { host, user } = scene("consultWaits");
  await user.click(button("Talk to Nadia Haddad"));
  await user.click(button("Talk to Mina Kowalski"));
  expect(host.asked).toEqual([
    { do: "resume", call: 4 },
    { do: "resume", call: 1 },
  ]);
});

it("asks whether to call whom the other end names", async () => {
  const { host, user } = scene("referral");
  expect(page().getByText("Mina Kowalski asks you to call Billing desk instead.")).toBeTruthy();
  expect(page().getByText(/^Declined by itself in 2\d s\.$/)).toBeTruthy();
  await user.click(button("Call Billing desk"));
  await user.click(button("Don’t"));
  expect(host.asked).toEqual([
    { do: "follow", call: 1, really: true },
    { do: "follow", call: 1, really: false },
  ]);
});

it("lets nothing of a transfer lie over a call that rings", async () => {
  const { user, show } = scene("active");
  await user.click(button("Transfer"));
  await user.keyboard("mina");
  expect(screen.getAllByRole("option")).toHaveLength(1);
  show(snapshot({ calls: [active(), incoming({ id: 5 })], sound: inUse(), recents: [...recents] }));
  expect(screen.queryAllByRole("option")).toEqual([]);
});

it("shows whom a customer goes to without being asked first", () => {
  scene("blind");
  expect(page().getByText("Not asked first")).toBeTruthy();
  expect(page().getByText(/You keep Mina Kowalski until then/)).toBeTruthy();
});
