import type { UiError, UiNotice, UiNoticeKind } from "./ipc/bindings";
import type { WordId, Words } from "./words/words";

interface Told {
  readonly what: string;
  readonly advice: string | null;
  /** The host says it, in English whatever the window speaks. */
  readonly english: boolean;
}

/** What the agent should know now, and what to do. */
export function noticeWords({ say }: Words, { kind, words, advice }: UiNotice): Told {
  if (kind === "fault") {
    return { what: words ?? "", advice, english: true };
  }
  const told = known[kind];
  return { what: say(told.what), advice: told.advice === undefined ? null : say(told.advice), english: false };
}

/** Whether an error says in English what happened: those that the page makes itself have no code of the host. */
export function isEnglish({ error }: UiError): boolean {
  return error !== undefined && error !== "page";
}

const known: Readonly<Record<Exclude<UiNoticeKind, "fault">, { readonly what: WordId; readonly advice?: WordId }>> = {
  noMicrophone: { what: "calls.notice.noMicrophone", advice: "calls.notice.noMicrophoneAdvice" },
  noSpeaker: { what: "calls.notice.noSpeaker", advice: "calls.notice.noSpeakerAdvice" },
  noRinger: { what: "calls.notice.noRinger", advice: "calls.notice.noRingerAdvice" },
  microphoneDenied: { what: "sound.denied.microphone" },
  speakerDenied: { what: "sound.denied.speaker" },
  ringerDenied: { what: "sound.denied.ringer" },
  speaksMuted: { what: "calls.notice.speaksMuted", advice: "calls.notice.speaksMutedAdvice" },
  microphoneSilent: { what: "calls.notice.microphoneSilent", advice: "calls.notice.microphoneSilentAdvice" },
  inTeamsCall: { what: "calls.notice.inTeamsCall", advice: "calls.notice.inTeamsCallAdvice" },
};
