import { aboutSignIns } from "../account/announcements";
import type { UiCall, UiSnapshot } from "../ipc/bindings";
import type { Announcement } from "../shared/Announcer";
import { shortcutLabel } from "../shared/shortcuts";
import { troubleWords } from "../sound/words";
import { aboutGroup, aboutTransfers } from "../transfer/announcements";
import { isIncoming, partyWords, recoveryWords, sentences, stateWords } from "./words";

/** What to say about the step from one snapshot to the next. */
export function announcements(before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  const said: Announcement[] = [];
  const inCall = after.calls.some(({ heard }) => heard);
  const together = idsTogether(after);
  for (const call of after.calls) {
    const earlier = before?.calls.find(({ id }) => id === call.id);
    said.push(...aboutCall(earlier, call, inCall, together.has(call.id)));
  }
  said.push(...aboutTransfers(before, after), ...aboutGroup(before, after));
  if (after.recovery !== null && (before?.recovery ?? null) === null) {
    said.push({ text: `${recoveryWords(after.recovery)} Take it up again?`, urgent: true });
  }
  const registration = registrationWords(after);
  if (registration !== null && before !== null && registration !== registrationWords(before)) {
    said.push({ text: registration, urgent: false });
  }
  said.push(...aboutSignIns(before, after), ...aboutDevices(before, after));
  for (const notice of after.notices) {
    if (before?.notices.some(({ words }) => words === notice.words) !== true) {
      said.push({ text: sentences(notice.words, notice.advice), urgent: true });
    }
  }
  return said;
}

/** `together`: it stands on a card with others, which says what becomes of it. */
function aboutCall(before: UiCall | undefined, call: UiCall, inCall: boolean, together: boolean): Announcement[] {
  if (isIncoming(call)) {
    return before === undefined ? [{ text: incomingWords(call, inCall), urgent: true }] : [];
  }
  const who = partyWords(call);
  const said: Announcement[] = [];
  if (call.referral !== null && (before?.referral ?? null) === null) {
    const { name, number } = call.referral.to;
    said.push({ text: `${who} asks you to call ${name ?? number} instead.`, urgent: true });
  }
  const recording = call.recording?.state;
  // Why one has failed is a notice.
  if (call.recording !== null && recording !== "failed" && recording !== (before?.recording?.state ?? "off")) {
    said.push({ text: `${call.recording.words}.`, urgent: false });
  }
  const state = stateWords(call);
  const changed = before === undefined || stateWords(before) !== state;
  if (call.interrupted !== (before?.interrupted ?? false)) {
    const words = call.interrupted ? "Sound is interrupted. Looking for another way." : "Sound is back.";
    said.push({ text: `${who}: ${words}`, urgent: call.interrupted });
  } else if (changed && (!together || call.recovering)) {
    said.push({
      text: sentences(`${who}: ${state}`, call.ending?.advice ?? null),
      urgent: call.ending?.normal === false,
    });
  } else if (before !== undefined && before.muted !== call.muted && !together) {
    said.push({ text: call.muted ? "Muted." : "No longer muted.", urgent: false });
  } else if (call.quality?.level === "poor" && before?.quality?.level !== "poor") {
    said.push({ text: sentences(call.quality.words, null), urgent: false });
  }
  return said;
}

/** The calls of transfers and of the group. */
function idsTogether({ transfers, group }: UiSnapshot): ReadonlySet<number> {
  return new Set([
    ...transfers.flatMap(({ customer, expert }) => (expert === null ? [customer] : [customer, expert])),
    ...(group?.members ?? []),
  ]);
}

/** Another device than the chosen one, which nobody would see who looks elsewhere. */
function aboutDevices(before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  const inCall = after.calls.some(({ state }) => state === "active");
  const roles = ["microphone", "speaker"] as const;
  return roles.flatMap((role) => {
    const words = after.sound[role].state === "standIn" ? troubleWords(role, after.sound[role]) : null;
    return words !== null && inCall && before?.sound[role].state !== "standIn" ? [{ text: words, urgent: false }] : [];
  });
}

function incomingWords(call: UiCall, inCall: boolean): string {
  const details = call.details
    .filter(({ kind }) => kind !== "other")
    .map(({ label, value }) => `${label}: ${value}.`)
    .join(" ");
  const answers = inCall ? "puts your present call on hold and answers" : "answers";
  const parts = [
    `Incoming call from ${partyWords(call)}.`,
    details,
    call.waitedMs === null ? "" : `Waiting for ${spokenTime(call.waitedMs)}.`,
    `${shortcutLabel("answer")} ${answers}, ${shortcutLabel("decline")} declines.`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function registrationWords({ account }: UiSnapshot): string | null {
  if (account.kind !== "signedIn" || account.reachability === "connecting") {
    return null;
  }
  return sentences(account.words, account.reachability === "reachable" ? null : "Calls cannot reach you now.");
}

/** 41 s → “41 seconds”, 146 s → “2 minutes”: as somebody would say it. */
function spokenTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [count, unit] = seconds < 60 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
