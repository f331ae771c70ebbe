import { expect, it } from "vitest";

import { shelves } from "../calls/conversations";
import { standing } from "../account/words";
import { active, consulting, expert, registration, snapshot, waits } from "../host/fake/moments";
import type { UiCall, UiHears, UiSnapshot } from "../ipc/bindings";
import { LANGUAGES, load } from "../words/languages";
import type { Words } from "../words/words";
import { saidWords, standingOf } from "./standing";

const hears = (words: Words, shown: UiSnapshot) => standingOf(words, shelves(shown).live[0], standing(words, registration(), false), 0).hears;
const said = async (shown: UiSnapshot) => saidWords(await english(), hears(await english(), shown));
const english = () => load("en");
const alone = (changes: Partial<UiCall>) => snapshot({ calls: [active(changes)] });
const group = (changes: Partial<UiCall>, others: Partial<UiCall> = {}, away = false) =>
  snapshot({ calls: [active(changes), expert(others)], group: { members: [1, 4], away, canLeave: true, note: null } });

it.each([
  ["In call", {}],
  ["Muted: they cannot hear you", { muted: true }],
  ["On hold", { hold: "held" }],
  ["On hold · Muted", { hold: "held", muted: true }],
  ["They put you on hold · Muted", { heldByThem: true, muted: true }],
  ["Sound interrupted · Muted", { interrupted: true, muted: true }],
] as const)("says of a call what is so, and all of it: %s", async (line, changes) => {
  expect(await said(alone(changes))).toBe(line);
});

it.each([
  ["All of you hear each other.", group({})],
  ["Muted: nobody hears you", group({ muted: true }, { muted: true })],
  ["Nadia Haddad: Not heard · All others are heard", group({}, { silenced: true })],
  ["Muted: nobody hears you · Nadia Haddad: Not heard", group({ muted: true }, { muted: true, silenced: true })],
  ["Nadia Haddad: They put you on hold · All others are heard", group({}, { heldByThem: true })],
  ["You are away. They go on hearing each other.", group({}, {}, true)],
  ["You are away · Nadia Haddad: Not heard", group({}, { silenced: true }, true)],
] as const)("never says that all hear each other where they do not: %s", async (line, shown) => {
  expect(await said(shown)).toBe(line);
});

it("says of an expert who was not asked that they were not", async () => {
  const shown = snapshot({ calls: [waits()], transfers: [consulting({ expert: null, phase: "completing", talkingTo: "nobody", expertHears: null })] });
  expect(await said(shown)).toBe("Mina Kowalski: Hears music · Nadia Haddad: Not asked first");
});

/** Roughly, in the letters of 12 px that the bar has: those of Korean and Japanese are square. */
const width = (text: string) => Array.from(text).reduce((sum, letter) => sum + (letter > "\u2e7f" ? 12 : 6.3), 0);
/** The bar is 460 px wide: so much is left beside its edges and “1:02:05 · ”. */
const ROOM = 460 - 2 * 8 - 2 * 12 - 62;
/** A name takes no more. */
const NAME = 96;
const taken = (line: readonly { who: string | null; text: string }[]) =>
  line.reduce((sum, { who, text }, index) => sum + (index > 0 ? 15 : 0) + (who === null ? 0 : NAME + 10) + width(text), 0);

const states: readonly Partial<UiCall>[] = [
  {},
  { hold: "holding" },
  { hold: "held" },
  { hold: "held", heldByThem: true },
  { hold: "localOnly" },
  { hold: "resuming" },
  { heldByThem: true },
  { interrupted: true },
  { recovering: true },
  { heard: false },
  { state: "calling", direction: "outgoing" },
  { state: "ringing", direction: "outgoing" },
  { state: "early", direction: "outgoing" },
  { state: "connecting" },
];

it.each(LANGUAGES)("fits into one line of the bar: %s", async (language) => {
  const words = await load(language);
  const lines = states.flatMap((state) => [false, true].map((muted) => hears(words, alone({ ...state, muted }))));
  const groups = [group({}), group({ muted: true }), group({}, {}, true), group({}, { silenced: true })].map((shown) => hears(words, shown));
  for (const line of [...lines, ...groups]) {
    expect(taken(line), saidWords(words, line)).toBeLessThan(ROOM);
  }
});

it("fits into one line of the bar while the agent asks an expert, and into two whatever comes", async () => {
  const words = await english();
  const two = (expertHears: UiHears) => hears(words, snapshot({ calls: [waits(), expert()], transfers: [consulting({ expertHears })] }));
  expect(taken(two("you"))).toBeLessThan(ROOM);
  expect(taken(two("notConnected"))).toBeLessThan(2 * ROOM);
  expect(taken(two("nothing"))).toBeLessThan(2 * ROOM);
});

