import type { UiCall, UiSnapshot } from "../ipc/bindings";
import type { Announcement } from "../shared/Announcer";
import { shortcutLabel } from "../shared/shortcuts";
import { isIncoming, partyWords, stateWords } from "./words";

/** What to say about the step from one snapshot to the next. */
export function announcements(before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  const said: Announcement[] = [];
  for (const call of after.calls) {
    const earlier = before?.calls.find(({ id }) => id === call.id);
    const announcement = aboutCall(earlier, call);
    if (announcement !== null) {
      said.push(announcement);
    }
  }
  const registration = registrationWords(after);
  if (registration !== null && before !== null && registration !== registrationWords(before)) {
    said.push({ text: registration, urgent: false });
  }
  for (const notice of after.notices) {
    if (before?.notices.some(({ words }) => words === notice.words) !== true) {
      said.push({ text: sentences(notice.words, notice.advice), urgent: true });
    }
  }
  return said;
}

function aboutCall(before: UiCall | undefined, call: UiCall): Announcement | null {
  if (isIncoming(call)) {
    return before === undefined ? { text: incomingWords(call), urgent: true } : null;
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

function incomingWords(call: UiCall): string {
  const details = call.details
    .filter(({ kind }) => kind !== "other")
    .map(({ label, value }) => `${label}: ${value}.`)
    .join(" ");
  return `Incoming call from ${partyWords(call)}. ${details} ${shortcutLabel("answer")} answers, ${shortcutLabel("decline")} declines.`;
}

function registrationWords({ account }: UiSnapshot): string | null {
  if (account.kind !== "signedIn" || account.reachability === "connecting") {
    return null;
  }
  return sentences(account.words, account.reason);
}

function sentences(first: string, second: string | null): string {
  return [first, second ?? ""]
    .filter((part) => part !== "")
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(" ");
}
