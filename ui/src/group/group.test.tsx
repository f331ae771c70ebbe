import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const page = () => within(screen.getByRole("main"));
const scene = (name: string) => renderApp(scenes[name] ?? snapshot());
const keys = (letter: string) => `{Control>}{Shift>}${letter}{/Shift}{/Control}`;

it("shows everybody once, and leaves two to each other", async () => {
  const { host, user } = scene("group");
  const card = screen.getByRole("region", { name: "You and 2 others" });
  expect(within(card).getAllByRole("listitem")).toHaveLength(2);
  expect(screen.getAllByText("Mina Kowalski")).toHaveLength(1);
  await user.click(button("Leave them to each other"));
  expect(host.asked).toEqual([{ do: "leave", call: 1 }]);
});

it("silences, removes and mutes", async () => {
  const { host, user } = scene("group");
  await user.click(button("Silence Nadia Haddad"));
  await user.click(button("Hang up, Nadia Haddad"));
  await user.click(button("Mute"));
  await user.keyboard(keys("m"));
  expect(host.asked).toEqual([
    { do: "silence", call: 4, on: true },
    { do: "hangUp", call: 4 },
    { do: "mute", call: 1 },
    { do: "mute", call: 1 },
  ]);
});

it("says who is silenced and how loud somebody is, and takes it back", async () => {
  const { host, user } = scene("groupOfThree");
  expect(page().getByText(/Silenced: nobody hears them/)).toBeTruthy();
  expect(page().getByText(/Heard by all at 150%/)).toBeTruthy();
  expect(page().getByText("You can leave them to each other once two are left.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Leave them to each other" })).toBeNull();
  await user.click(button("Let Nadia Haddad be heard again"));
  expect(host.asked).toEqual([{ do: "silence", call: 4, on: false }]);
});

it("never says that all hear each other where they do not", () => {
  const { show } = scene("groupOfThree");
  const state = () => screen.getAllByTestId("call-state")[0]?.textContent;
  expect(state()).toBe("Muted: nobody hears you. Nobody hears Nadia Haddad. All others are heard.");
  const { group, ...beside } = scenes.group ?? snapshot();
  const [first, other] = beside.calls.map((call) => ({ ...call }));
  const shown = (changes: object, away = false) =>
    snapshot({ ...beside, group: group && { ...group, away }, calls: first && other ? [first, { ...other, ...changes }] : [] });
  show(shown({}));
  expect(state()).toBe("All of you hear each other.");
  show(shown({ heldByThem: true }));
  expect(state()).toBe("Nadia Haddad: They put you on hold. All others are heard.");
  show(shown({ silenced: true }, true));
  expect(state()).toBe("You are away. Nobody hears Nadia Haddad.");
});

it("makes one person louder, up to twice as loud", async () => {
  const { host, user } = scene("groupOfThree");
  await user.click(button("Loudness of Jonas Brandt"));
  const slider = screen.getByRole<HTMLInputElement>("slider", { name: "Loudness of Jonas Brandt" });
  expect([slider.value, slider.max]).toEqual(["150", "200"]);
  fireEvent.change(slider, { target: { value: "200" } });
  await waitFor(() => expect(host.asked).toEqual([{ do: "setPersonVolume", call: 3, percent: 200 }]));
});

it("says why nobody can be left to each other, and why there is a group", () => {
  scene("groupInstead");
  expect(page().getByText(/The phone system does not transfer calls/)).toBeTruthy();
  expect(page().getByText(/Stay until they are done/)).toBeTruthy();
});

it("steps out and goes back in", async () => {
  const { host, user, show } = scene("group");
  await user.click(button("Step out"));
  show(scenes.groupAway ?? snapshot());
  expect(page().getByText("You are away. They go on hearing each other.")).toBeTruthy();
  await user.click(button("Go back in"));
  await user.keyboard(keys("o"));
  expect(host.asked).toEqual([
    { do: "hold", call: 1 },
    { do: "resume", call: 1 },
    { do: "resume", call: 1 },
  ]);
});

it("calls somebody to join, and takes them in once they have answered", async () => {
  const { host, user, show } = scene("group");
  await user.click(button("Add"));
  await user.keyboard("2010{Enter}");
  expect(document.activeElement).toBe(button("Add"));
  show(scenes.groupAsks ?? snapshot());
  await user.click(button("Talk to the group"));
  await user.click(button("Take Nadia Haddad in"));
  await user.click(button("Let them go"));
  expect(host.asked).toEqual([
    { do: "consult", call: 1, to: "2010" },
    { do: "resume", call: 1 },
    { do: "merge", call: 1, with: 4 },
    { do: "back", call: 1 },
  ]);
});

it("locks what would disturb while the phone system connects the others", async () => {
  const { host, user } = scene("groupLeaving");
  expect(page().getByText(/Waiting for the phone system’s word/)).toBeTruthy();
  await user.click(button("Step out"));
  await user.click(button("Hang up, Nadia Haddad"));
  await user.keyboard(keys("o"));
  expect(host.asked).toEqual([]);
});

it("merges two calls, by click and by keys", async () => {
  const { host, user } = scene("two");
  await user.click(button("Merge with Mina Kowalski"));
  await user.keyboard(keys("g"));
  expect(host.asked).toEqual([
    { do: "merge", call: 1, with: 3 },
    { do: "merge", call: 1, with: 3 },
  ]);
});

it("takes another call into a group, from either side", async () => {
  const { host, user, show } = scene("heldBesideGroup");
  await user.click(button("Take in Jonas Brandt"));
  show(scenes.groupBeside ?? snapshot());
  await user.click(button("Take Jonas Brandt in"));
  await user.click(button("Go back in"));
  expect(host.asked).toEqual([
    { do: "merge", call: 1, with: 3 },
    { do: "merge", call: 1, with: 3 },
    { do: "resume", call: 1 },
  ]);
});
