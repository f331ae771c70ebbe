import type { PresenceBadgeStatus } from "@fluentui/react-components";

import type { UiPeople, UiPerson, UiPresence, UiSnapshot } from "../ipc/bindings";
import { isIncoming, partyWords } from "../calls/words";
import { nameOf } from "../transfer/words";
import type { Words } from "../words/words";
import { reasonWords } from "./presenceWords";

/** What pressing somebody does now. */
export type InHand =
  /** There is no customer to speak of: they are called. */
  | { readonly kind: "nobody" }
  /** They are asked about this customer's call. */
  | { readonly kind: "customer"; readonly call: number; readonly who: string }
  /** Somebody is asked already, or nobody can be now. */
  | { readonly kind: "busy"; readonly who: string; readonly why: string };

/** What pressing somebody does, by what both the experts and the phone say of the call. */
export function inHand(words: Words, people: UiPeople | null, { calls, transfers }: Pick<UiSnapshot, "calls" | "transfers">): InHand {
  const { say } = words;
  const call = calls.find(({ id, state }) => id === people?.call && state !== "ended");
  if (call === undefined || isIncoming(call)) {
    return { kind: "nobody" };
  }
  const who = partyWords(call);
  const transfer = transfers.find(({ customer }) => customer === call.id);
  if (transfer !== undefined) {
    const why = transfer.phase === "completing" ? say("transfer.locked") : say("people.asking", { who: nameOf(transfer.to) });
    return { kind: "busy", who, why };
  }
  if (call.state !== "active") {
    return { kind: "busy", who, why: say("calls.onceAnswered") };
  }
  return call.recovering
    ? { kind: "busy", who, why: say("calls.onceRecovered") }
    : { kind: "customer", call: call.id, who };
}

/** Why somebody cannot be called, if so. */
export function whyNot({ say }: Words, person: UiPerson, hand: InHand): string | null {
  if (person.number === null) {
    return say("people.noNumberKnown");
  }
  return hand.kind === "busy" ? hand.why : null;
}

/** What pressing somebody is called. */
export function pressWords({ say }: Words, { name }: UiPerson, hand: InHand): string {
  return hand.kind === "nobody" ? say("shared.callNamed", { who: name }) : say("people.askNamed", { name });
}

/** 12 → “as of 12 s”. */
export function ageWords({ say }: Words, seconds: number): string {
  if (seconds < 1) {
    return say("people.age.now");
  }
  if (seconds < 60) {
    return say("people.age.seconds", { seconds });
  }
  return seconds < 3600
    ? say("people.age.minutes", { minutes: Math.floor(seconds / 60) })
    : say("people.age.hours", { hours: Math.floor(seconds / 3600) });
}

/** Their time of day, where their clock shows another than the agent's: “14:20 there”. */
export function localTimeWords({ say, locale }: Words, timeZone: string | null, nowUnixMs: number): string | null {
  if (timeZone === null) {
    return null;
  }
  try {
    const [here, there] = [timeOfDay(nowUnixMs, locale), timeOfDay(nowUnixMs, locale, timeZone)];
    return here === there ? null : say("people.timeThere", { time: there });
  } catch {
    // A zone that this web view does not know.
    return null;
  }
}

/** “Meeting at 15:30”, on the agent's clock; only what begins before the day is over. */
export function meetingWords({ say, locale }: Words, atUnixMs: number | null, nowUnixMs: number): string | null {
  if (atUnixMs === null || atUnixMs - nowUnixMs > MEETING_TOLD_MS) {
    return null;
  }
  return atUnixMs <= nowUnixMs ? say("people.inMeeting") : say("people.meetingAt", { time: timeOfDay(atUnixMs, locale) });
}

/** What else is known of somebody, the most telling first. `rank`: with what speaks for and against them. */
export function facts(words: Words, person: UiPerson, rank: boolean, nowUnixMs: number): readonly string[] {
  const { say } = words;
  const { number, numberVerified, nextMeetingUnixMs, skills, statusMessage, reasons, timeZone } = person;
  return [
    ...(rank ? reasons.map((reason) => reasonWords(words, reason)) : []),
    number === null ? say("people.noNumber") : numberVerified ? number : say("people.unverified", { number }),
    ...[meetingWords(words, nextMeetingUnixMs, nowUnixMs), localTimeWords(words, timeZone, nowUnixMs)].filter((fact) => fact !== null),
    ...skills,
    ...(statusMessage === null ? [] : [say("people.statusMessage", { message: statusMessage })]),
  ];
}

function timeOfDay(unixMs: number, locale: string, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  return new Intl.DateTimeFormat(locale, { timeStyle: "short", ...zone }).format(unixMs);
}

const MEETING_TOLD_MS = 8 * 3_600_000;

export const badges: Readonly<Record<UiPresence, PresenceBadgeStatus>> = {
  available: "available",
  away: "away",
  busy: "busy",
  doNotDisturb: "do-not-disturb",
  outOfOffice: "out-of-office",
  offline: "offline",
  unknown: "unknown",
};
