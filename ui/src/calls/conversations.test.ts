import { expect, it } from "vitest";

import { active, consulting, ended, expert, held, incoming, snapshot, waits } from "../host/fake/moments";
import { scenes } from "../host/fake/scenes";
import type { UiSnapshot } from "../ipc/bindings";
import { callsOf, shelves, toMerge, toResume } from "./conversations";

const cards = (shown: UiSnapshot) =>
  shelves(shown).live.map((conversation) => `${conversation.kind} ${callsOf(conversation).map(({ id }) => id).join(" ")}`);

it("puts customer and expert on one card, and everybody else on their own", () => {
  expect(cards(snapshot({ calls: [waits(), held(), expert()], transfers: [consulting()] }))).toEqual(["transfer 1 4", "call 3"]);
});

it("keeps an expert who has left on the card until the phone system's word", () => {
  const shown = scenes.completingAlone ?? snapshot();
  expect(cards(shown)).toEqual(["transfer 1 4"]);
  expect(shelves(shown).ended).toEqual([]);
});

it("puts who is asked to join, and who is being left, on the card of the group", () => {
  expect(cards(scenes.groupAsks ?? snapshot())).toEqual(["group 1 3 4"]);
  const [leaving] = shelves(scenes.groupLeaving ?? snapshot()).live;
  expect(leaving).toMatchObject({ kind: "group", leaving: true, asked: undefined });
});

it("shows a call once, also if two people are on the way to the same line", () => {
  const transfers = [consulting({ phase: "completing" }), consulting({ customer: 3, phase: "completing" })];
  expect(cards(snapshot({ calls: [waits(), held(), expert()], transfers }))).toEqual(["transfer 1 4", "transfer 3"]);
});

it("shows calls by themselves if a transfer or a group names some that are not there", () => {
  const group = { members: [8, 9], away: false, canLeave: true, note: null };
  expect(cards(snapshot({ calls: [active()], transfers: [consulting({ customer: 7 })], group }))).toEqual(["call 1"]);
});

it("keeps what rings and what is over apart, the latest end first", () => {
  const { live, ringing, ended: over } = shelves(snapshot({ calls: [ended(), incoming(), ended({ id: 6 })] }));
  expect([live.length, ringing.map(({ id }) => id), over.map(({ id }) => id)]).toEqual([0, [1], [6, 2]]);
});

it("knows by which call to go on, and with whom somebody can be merged", () => {
  const first = (shown: UiSnapshot) => shelves(shown).live[0];
  const of = (name: string) => {
    const conversation = first(scenes[name] ?? snapshot());
    return conversation === undefined ? "none" : [toResume(conversation), toMerge(conversation)];
  };
  expect(of("held")).toEqual([1, 1]);
  expect(of("active")).toEqual([undefined, 1]);
  expect(of("calling")).toEqual([undefined, undefined]);
  expect(of("recovering")).toEqual([undefined, undefined]);
  expect(of("consultWaits")).toEqual([1, undefined]);
  expect(of("consulting")).toEqual([undefined, undefined]);
  expect(of("completingAlone")).toEqual([undefined, undefined]);
  expect(of("groupAway")).toEqual([1, 1]);
  expect(of("groupLeaving")).toEqual([undefined, undefined]);
});
