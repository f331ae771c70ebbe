import type { UiCall, UiSnapshot } from "../ipc/bindings";
import type { Announcement } from "../shared/Announcer";
import { shortcutLabel } from "../shared/shortcuts";
import { troubleWords } from "../sound/words";
import { isIncoming, partyWords, stateWords } from "./words";

/** What to say about the step from one snapshot to the next. */
export function announcements(before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  const said: Announcement[] = [];
  const inCall = after.calls.some(({ heard }) => heard);
  for (const call of after.calls) {
    const earlier = before?.calls.find(({ id }) => id === call.id);
    const announcement = aboutCall(earlier, call, inCall);
    if (announcement !== null) {
      said.push(announcement);
    }
  }
  const registration = registrationWords(after);
  if (registration !== null && before !== null && registration !== registrationWords(before)) {
    said.push({ text: registration, urgent: false });
  }
  said.push(...aboutDevices(before, after));
  for (const notice of after.notices) {
    if (before?.notices.some(({ words }) => words === notice.words) !== true) {
      said.push({ text: sentences(notice.words, notice.advice), urgent: true });
    }
  }
  return said;
}

function aboutCall(before: UiCall | undefined, call: UiCall, inCall: boolean): Announcement | null {
  if (isIncoming(call)) {
    return before === undefined ? { text: incomingWords(call, inCall), urgent: true } : null;
  }
  const state = stateWords(call);
  if (before === undefined || stateWords(before) !== state) {
    const words = `${partyWords(call)}: ${state}`;
    return { text: sentences(words, call.ending?.advice ?? null), urgent: call.ending?.normal === false };
  }
  if (before.muted !== call.muted) {
    return { text: call.muted ? "Muted." : "No longer muted.", urgent: false };
  }
  if (call.quality !== null && call.quality.level === "poor" && before.quality?.level !== "poor") {
    return { text: sentences(call.quality.words, null), urgent: false };
  }
  return null;
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
  return sentences(account.words, account.reason);
}

/** 41 s → “41 seconds”, 146 s → “2 minutes”: as somebody would say it. */
function spokenTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [count, unit] = seconds < 60 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function sentences(first: string, second: string | null): string {
  return [first, second ?? ""]
    .filter((part) => part !== "")
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(" ");
}
