import { aboutDoNotDisturb, aboutSignIns } from "../account/announcements";
import { reachabilityWords } from "../account/words";
import type { UiCall, UiSnapshot } from "../ipc/bindings";
import { noticeWords } from "../noticeWords";
import type { Announcement } from "../shared/Announcer";
import { shortcutLabel } from "../shared/shortcuts";
import { troubleWords } from "../sound/words";
import { aboutGroup, aboutTransfers } from "../transfer/announcements";
import type { Words } from "../words/words";
import { detailWords } from "./detailWords";
import { endingAdvice } from "./endings";
import { recordedWords } from "./recordedWords";
import { qualityWords } from "./soundWords";
import { isIncoming, partyWords, recoveryWords, sentences, stateWords } from "./words";

/** What to say about the step from one snapshot to the next. */
export function announcements(words: Words, before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  const { say } = words;
  const said: Announcement[] = [];
  const inCall = after.calls.some(({ heard }) => heard);
  const together = idsTogether(after);
  for (const call of after.calls) {
    const earlier = before?.calls.find(({ id }) => id === call.id);
    said.push(...aboutCall(words, earlier, call, inCall, together.has(call.id)));
  }
  said.push(...aboutTransfers(words, before, after), ...aboutGroup(words, before, after));
  if (after.recovery !== null && (before?.recovery ?? null) === null) {
    said.push({ text: sentences(words, recoveryWords(words, after.recovery), say("calls.recovery.said")), urgent: true });
  }
  const registration = registrationWords(words, after);
  if (registration !== null && before !== null && registration !== registrationWords(words, before)) {
    said.push({ text: registration, urgent: false });
  }
  said.push(...aboutDoNotDisturb(words, before, after), ...aboutSignIns(words, before, after), ...aboutDevices(words, before, after));
  for (const notice of after.notices) {
    const { what, advice, english } = noticeWords(words, notice);
    if (before?.notices.some((earlier) => noticeWords(words, earlier).what === what) !== true) {
      said.push({ text: sentences(words, what, advice), urgent: true, ...(english ? { english } : {}) });
    }
  }
  return said;
}

/** `together`: it stands on a card with others, which says what becomes of it. */
function aboutCall(
  words: Words,
  before: UiCall | undefined,
  call: UiCall,
  inCall: boolean,
  together: boolean,
): Announcement[] {
  const { say } = words;
  if (isIncoming(call)) {
    return before === undefined ? [{ text: incomingWords(words, call, inCall), urgent: true }] : [];
  }
  const who = partyWords(call);
  const said: Announcement[] = [];
  if (call.referral !== null && (before?.referral ?? null) === null) {
    const { name, number } = call.referral.to;
    said.push({ text: say("transfer.referral", { who, other: name ?? number }), urgent: true });
  }
  const recording = call.recording?.state;
  // Why one has failed is a notice.
  if (call.recording !== null && recording !== "failed" && recording !== (before?.recording?.state ?? "off")) {
    said.push({ text: sentences(words, recordedWords(words, call.recording)), urgent: false });
  }
  const state = stateWords(words, call);
  const changed = before === undefined || stateWords(words, before) !== state;
  if (call.interrupted !== (before?.interrupted ?? false)) {
    const text = say(call.interrupted ? "calls.interrupted.said" : "calls.interrupted.over");
    said.push({ text: say("shared.labelled", { label: who, text }), urgent: call.interrupted });
  } else if (changed && (!together || call.recovering)) {
    said.push({
      text: sentences(words, say("shared.labelled", { label: who, text: state }), call.ending === null ? null : endingAdvice(words, call.ending.reason)),
      urgent: call.ending?.normal === false,
    });
  } else if (before !== undefined && before.muted !== call.muted && !together) {
    said.push({ text: say(call.muted ? "calls.muted.on" : "calls.muted.off"), urgent: false });
  } else if (call.quality?.level === "poor" && before?.quality?.level !== "poor") {
    said.push({ text: sentences(words, qualityWords(words, call.quality)), urgent: false });
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
function aboutDevices(words: Words, before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  const inCall = after.calls.some(({ state }) => state === "active");
  const roles = ["microphone", "speaker"] as const;
  return roles.flatMap((role) => {
    const text = after.sound[role].state === "standIn" ? troubleWords(words, role, after.sound[role]) : null;
    return text !== null && inCall && before?.sound[role].state !== "standIn" ? [{ text, urgent: false }] : [];
  });
}

function incomingWords(words: Words, call: UiCall, inCall: boolean): string {
  const { say } = words;
  const keys = { answer: shortcutLabel(words, "answer"), decline: shortcutLabel(words, "decline") };
  return sentences(
    words,
    say("calls.incoming.said", { who: partyWords(call) }),
    ...call.details
      .filter(({ kind }) => kind !== "other")
      .map((detail) => detailWords(words, detail))
      .map(({ label, value }) => say("shared.sentence", { words: say("shared.labelled", { label, text: value }) })),
    call.waitedMs === null ? null : waitedWords(words, call.waitedMs),
    inCall ? say("calls.incoming.keysInCall", keys) : say("calls.incoming.keys", keys),
  );
}

function registrationWords(words: Words, { account }: UiSnapshot): string | null {
  if (account.kind !== "signedIn" || account.reachability === "connecting") {
    return null;
  }
  return sentences(words, reachabilityWords(words, account.reachability), account.reachability === "reachable" ? null : words.say("account.unreachable.title"));
}

/** 41 s → “Waiting for 41 seconds.”, 146 s → “Waiting for 2 minutes.”: as somebody would say it. */
function waitedWords({ say }: Words, ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? say("calls.waitedSeconds", { count: seconds }) : say("calls.waitedMinutes", { count: Math.round(seconds / 60) });
}
