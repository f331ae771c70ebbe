import type { UiEndReason } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";

/** Why a call is over, in a sentence. */
export function endingWords({ say }: Words, reason: UiEndReason): string {
  return say(ended[reason]);
}

/** What the agent can do about it; none if there is nothing to do. */
export function endingAdvice({ say }: Words, reason: UiEndReason): string | null {
  const id = advice[reason];
  return id === null ? null : say(id);
}

const ended: Readonly<Record<UiEndReason, WordId>> = {
  hungUp: "calls.ended.hungUp",
  remoteHungUp: "calls.ended.remoteHungUp",
  cancelled: "calls.ended.cancelled",
  callerGaveUp: "calls.ended.callerGaveUp",
  answeredElsewhere: "calls.ended.answeredElsewhere",
  rejected: "calls.ended.rejected",
  doNotDisturb: "calls.ended.doNotDisturb",
  missed: "calls.ended.missed",
  busy: "calls.ended.busy",
  declined: "calls.ended.declined",
  noAnswer: "calls.ended.noAnswer",
  unavailable: "calls.ended.unavailable",
  notFound: "calls.ended.notFound",
  invalidAddress: "calls.ended.invalidAddress",
  notAllowed: "calls.ended.notAllowed",
  redirected: "calls.ended.redirected",
  notAcceptable: "calls.ended.notAcceptable",
  noResponse: "calls.ended.noResponse",
  callLost: "calls.ended.callLost",
  serverFailure: "calls.ended.serverFailure",
  congestion: "calls.ended.congestion",
  networkLost: "calls.ended.networkLost",
  noSoundPath: "calls.ended.noSoundPath",
  soundNotOpened: "calls.ended.soundNotOpened",
  refused: "calls.ended.refused",
  transferred: "calls.ended.transferred",
  replaced: "calls.ended.replaced",
};

const advice: Readonly<Record<UiEndReason, WordId | null>> = {
  hungUp: null,
  remoteHungUp: null,
  cancelled: null,
  callerGaveUp: null,
  answeredElsewhere: null,
  rejected: null,
  doNotDisturb: null,
  missed: null,
  busy: "calls.endedAdvice.later",
  declined: "calls.endedAdvice.messageOrLater",
  noAnswer: "calls.endedAdvice.later",
  unavailable: "calls.endedAdvice.later",
  notFound: "calls.endedAdvice.checkNumber",
  invalidAddress: "calls.endedAdvice.checkNumber",
  notAllowed: "calls.endedAdvice.askToAllow",
  redirected: "calls.endedAdvice.askWhere",
  notAcceptable: "calls.endedAdvice.askCodecs",
  noResponse: "calls.endedAdvice.tryAgain",
  callLost: "calls.endedAdvice.callAgain",
  serverFailure: "calls.endedAdvice.soon",
  congestion: "calls.endedAdvice.later",
  networkLost: "calls.endedAdvice.checkNetwork",
  noSoundPath: "calls.endedAdvice.firewall",
  soundNotOpened: "calls.endedAdvice.closePrograms",
  refused: "calls.endedAdvice.soon",
  transferred: null,
  replaced: null,
};
