import { expect, it } from "vitest";

import { announcements } from "../calls/announcements";
import { active, consulting, expert, snapshot, waits } from "../host/fake/moments";
import { scenes } from "../host/fake/scenes";
import type { UiSnapshot } from "../ipc/bindings";
import { inEnglish } from "../words/words";

const words = inEnglish("en-GB");

const scene = (name: string): UiSnapshot => scenes[name] ?? snapshot();

function said(before: UiSnapshot, after: UiSnapshot): string[] {
  return announcements(words, before, after).map(({ text, urgent }) => (urgent ? `! ${text}` : text));
}

it("says every step of a transfer, and each of them once", () => {
  const steps = [scene("active"), scene("consultCalling"), scene("consulting"), scene("backWithCustomer"), scene("consulting"), scene("completing")];
  const heard = steps.slice(1).map((step, index) => said(steps[index] ?? step, step));
  expect(heard).toEqual([
    ["Calling Nadia Haddad. Mina Kowalski waits."],
    ["Nadia Haddad has answered and talks with you. Mina Kowalski waits. Ctrl+Shift+C connects them."],
    ["You talk to Mina Kowalski now."],
    ["You talk to Nadia Haddad now."],
    ["Connecting Mina Kowalski with Nadia Haddad. Waiting for the phone system’s word."],
  ]);
  expect(said(scene("completing"), scene("completing"))).toEqual([]);
});

it("interrupts for a failure, with what to do, also the second time", () => {
  const refused = "! The phone system refused to transfer this call. Try again, or merge: then all three of you hear each other.";
  expect(said(scene("completing"), scene("transferFailed"))).toEqual([refused]);
  expect(said(scene("transferFailed"), scene("transferFailed"))).toEqual([]);
});

it("says that an expert may be a machine, and that the expert has gone while it completes", () => {
  expect(said(scene("consulting"), scene("maybeVoicemail"))).toEqual([
    "! This may be voicemail: it answered at once, without ringing.",
  ]);
  expect(said(scene("completing"), scene("completingAlone"))).toEqual([
    "Nadia Haddad is no longer on your line. Waiting for the phone system’s word.",
  ]);
});

it("says that it connects by itself", () => {
  expect(said(scene("consulting"), scene("handingOver"))).toEqual([
    "They are connected by themselves in 7 seconds, unless you press Not yet.",
  ]);
});

it("says that it is done by the calls that are over", () => {
  const over = { normal: true, reason: "transferred", error: "transferred", atMs: 600_000 } as const;
  const done = snapshot({ calls: [waits({ state: "ended", ending: over }), expert({ state: "ended", heard: false, ending: over })] });
  expect(said(scene("completing"), done)).toEqual([
    "Mina Kowalski: You handed the call over.",
    "Nadia Haddad: You handed the call over.",
  ]);
});

it("says who hears whom in a group", () => {
  expect(said(scene("consulting"), scene("group"))).toEqual(["You and 2 others hear each other now."]);
  expect(said(scene("group"), scene("groupAway"))).toEqual(["You are away from the group. They go on hearing each other."]);
  expect(said(scene("groupAway"), scene("group"))).toEqual(["You are in the group again."]);
  expect(said(scene("group"), scene("groupInstead"))[0]).toMatch(/^! The phone system does not transfer calls/);
  const silenced = { ...scene("group"), calls: [active(), expert({ silenced: true })] };
  expect(said(scene("group"), silenced)).toEqual(["Nadia Haddad is silenced: nobody hears them."]);
  const muted = { ...scene("group"), calls: [active({ muted: true }), expert({ muted: true })] };
  expect(said(scene("group"), muted)).toEqual(["Muted."]);
});

it("interrupts for a referral, a crash, and a path that is gone", () => {
  expect(said(scene("active"), { ...scene("referral"), recents: scene("active").recents })).toEqual([
    "! Mina Kowalski asks you to call Billing desk instead.",
  ]);
  expect(said(scene("idle"), { ...scene("recovery"), recents: [] })).toEqual([
    "! Warmline was stopped in a call with Mina Kowalski. Take it up again?",
  ]);
  expect(said(scene("recovery"), scene("recovering"))).toEqual(["Mina Kowalski: Taking the call up again…"]);
  expect(said(scene("active"), scene("interrupted"))).toEqual(["! Mina Kowalski: Sound is interrupted. Looking for another way."]);
  expect(said(scene("interrupted"), scene("active"))).toEqual(["Mina Kowalski: Sound is back."]);
});

it("says nothing of mute for whom the agent does not talk with", () => {
  const both = (muted: boolean) => snapshot({ calls: [waits({ muted }), expert()], transfers: [consulting()] });
  expect(said(both(false), both(true))).toEqual([]);
});
