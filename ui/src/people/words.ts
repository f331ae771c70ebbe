import type { PresenceBadgeStatus } from "@fluentui/react-components";

import type { UiPeople, UiPerson, UiPresence, UiSnapshot } from "../ipc/bindings";
import { isIncoming, partyWords } from "../calls/words";
import { LOCKED, nameOf } from "../transfer/words";

/** What pressing somebody does now. */
export type InHand =
  /** There is no customer to speak of: they are called. */
  | { readonly kind: "nobody" }
  /** They are asked about this customer's call. */
  | { readonly kind: "customer"; readonly call: number; readonly who: string }
  /** Somebody is asked already, or nobody can be now. */
  | { readonly kind: "busy"; readonly who: string; readonly why: string };

/** What pressing somebody does, by what both the experts and the phone say of the call. */
export function inHand(people: UiPeople | null, { calls, transfers }: Pick<UiSnapshot, "calls" | "transfers">): InHand {
  const call = calls.find(({ id, state }) => id === people?.call && state !== "ended");
  if (call === undefined || isIncoming(call)) {
    return { kind: "nobody" };
  }
  const who = partyWords(call);
  const transfer = transfers.find(({ customer }) => customer === call.id);
  if (transfer !== undefined) {
    const why = transfer.phase === "completing" ? LOCKED : `You are asking ${nameOf(transfer.to)} already. Go back first.`;
    return { kind: "busy", who, why };
  }
  if (call.state !== "active") {
    return { kind: "busy", who, why: "Possible once the call is answered" };
  }
  return call.recovering
    ? { kind: "busy", who, why: "Possible once the call is taken up again" }
    : { kind: "customer", call: call.id, who };
}

/** Why somebody cannot be called, if so. */
export function whyNot(person: UiPerson, hand: InHand): string | null {
  if (person.number === null) {
    return "No number is known";
  }
  return hand.kind === "busy" ? hand.why : null;
}

/** What pressing somebody is called. */
export function pressWords({ name }: UiPerson, hand: InHand): string {
  return hand.kind === "nobody" ? `Call ${name}` : `Ask ${name}`;
}

/** 12 → “as of 12 s”. */
export function ageWords(seconds: number): string {
  if (seconds < 1) {
    return "as of now";
  }
  if (seconds < 60) {
    return `as of ${seconds} s`;
  }
  return seconds < 3600 ? `as of ${Math.floor(seconds / 60)} min` : `as of ${Math.floor(seconds / 3600)} h`;
}

/** Their time of day, where their clock shows another than the agent's: “14:20 there”. */
export function localTimeWords(timeZone: string | null, nowUnixMs: number, locale: string): string | null {
  if (timeZone === null) {
    return null;
  }
  try {
    const [here, there] = [timeOfDay(nowUnixMs, locale), timeOfDay(nowUnixMs, locale, timeZone)];
    return here === there ? null : `${there} there`;
  } catch {
    // A zone that this web view does not know.
    return null;
  }
}

/** “Meeting at 15:30”, on the agent's clock; only what begins before the day is over. */
export function meetingWords(atUnixMs: number | null, nowUnixMs: number, locale: string): string | null {
  if (atUnixMs === null || atUnixMs - nowUnixMs > MEETING_TOLD_MS) {
    return null;
  }
  return atUnixMs <= nowUnixMs ? "In a meeting" : `Meeting at ${timeOfDay(atUnixMs, locale)}`;
}

/** What else is known of somebody, the most telling first. `rank`: with what speaks for and against them. */
export function facts(person: UiPerson, rank: boolean, nowUnixMs: number, locale: string): readonly string[] {
  const { number, numberVerified, nextMeetingUnixMs, skills, statusMessage, reasons, timeZone } = person;
  return [
    ...(rank ? reasons.map(({ words }) => words) : []),
    number === null ? "No number" : numberVerified ? number : `${number} (unverified)`,
    ...[meetingWords(nextMeetingUnixMs, nowUnixMs, locale), localTimeWords(timeZone, nowUnixMs, locale)].filter((fact) => fact !== null),
    ...skills,
    ...(statusMessage === null ? [] : [`“${statusMessage}”`]),
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
