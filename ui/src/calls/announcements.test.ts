import { expect, it } from "vitest";

import { active, device, ended, incoming, inUse, outgoing, registration, snapshot } from "../host/fake/moments";
import { scenes } from "../host/fake/scenes";
import type { UiSnapshot } from "../ipc/bindings";
import { inEnglish } from "../words/words";
import { announcements } from "./announcements";

const words = inEnglish("en-GB");

const idle = snapshot();

function said(before: UiSnapshot | null, after: UiSnapshot): string[] {
  return announcements(words, before, after).map(({ text, urgent }) => (urgent ? `! ${text}` : text));
}

it("interrupts for an incoming call with who, why and the keys, once", () => {
  const ringing = snapshot({ calls: [incoming()] });
  expect(said(idle, ringing)).toEqual([
    "! Incoming call from Mina Kowalski. Queue: Support, second line. About: Invoice 4711 was paid twice. " +
      "Passed on by: Front desk. Ctrl+Shift+A answers, Ctrl+Shift+D declines.",
  ]);
  expect(said(ringing, ringing)).toEqual([]);
});

it("says what a call has become, politely", () => {
  expect(said(snapshot({ calls: [incoming()] }), snapshot({ calls: [active()] }))).toEqual(["Mina Kowalski: In call."]);
  expect(said(snapshot({ calls: [active()] }), snapshot({ calls: [active({ hold: "held" })] }))).toEqual([
    "Mina Kowalski: On hold.",
  ]);
  expect(said(snapshot({ calls: [active()] }), snapshot({ calls: [active({ heldByThem: true })] }))).toEqual([
    "Mina Kowalski: They put you on hold.",
  ]);
  expect(said(snapshot({ calls: [active()] }), snapshot({ calls: [active({ muted: true })] }))).toEqual(["Muted."]);
});

it("interrupts when a call fails, and says what to do", () => {
  expect(said(snapshot({ calls: [outgoing()] }), snapshot({ calls: [ended()] }))).toEqual([
    "! +49 30 5550 9876: Nobody answered. Try again later.",
  ]);
});

it("says nothing while only levels and figures change", () => {
  const before = snapshot({ calls: [active()], sound: inUse({ microphone: device({ state: "inUse", levelPercent: 3 }) }) });
  const after = snapshot({ calls: [active()], sound: inUse({ microphone: device({ state: "inUse", levelPercent: 80 }) }) });
  expect(said(before, after)).toEqual([]);
});

it("says when nobody can reach the agent any more, and when they can again", () => {
  const offline = scenes.offline ?? idle;
  expect(said(idle, offline)).toEqual(["Not reachable. Calls cannot reach you now."]);
  expect(said(offline, idle)).toEqual(["Reachable."]);
  const connecting = snapshot({
    account: { kind: "signedIn", ...registration({ reachability: "connecting" }) },
  });
  expect(said(idle, connecting)).toEqual([]);
});

it("interrupts for a notice", () => {
  expect(said(snapshot({ calls: [active()] }), scenes.noMicrophone ?? idle)).toEqual([
    "! There is no microphone. Nobody can hear you. Plug in a headset: it is used at once.",
  ]);
});

it("says how long somebody has waited, and what answering does to the present call", () => {
  const waiting = incoming({ id: 5, waitedMs: 146_000, details: [] });
  expect(said(snapshot({ calls: [active()] }), snapshot({ calls: [active(), waiting] }))).toEqual([
    "! Incoming call from Mina Kowalski. Waiting for 2 minutes. " +
      "Ctrl+Shift+A puts your present call on hold and answers, Ctrl+Shift+D declines.",
  ]);
  const justCome = incoming({ waitedMs: 1_000, details: [] });
  expect(said(idle, snapshot({ calls: [justCome] }))[0]).toContain("Waiting for 1 second.");
});

it("says once that another device stands in, while somebody talks", () => {
  const standIn = scenes.standIn ?? idle;
  const text = "The microphone you chose is not connected. Laptop microphone stands in until it is back.";
  expect(said(snapshot({ calls: [active()] }), standIn)).toEqual([text]);
  expect(said(standIn, standIn)).toEqual([]);
  expect(said(idle, { ...standIn, calls: [] })).toEqual([]);
});
