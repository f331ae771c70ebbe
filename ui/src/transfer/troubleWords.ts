import { endingWords } from "../calls/endings";
import type { UiCard, UiEndReason, UiSuspicion, UiTransferTrouble } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";

/** Why a transfer failed or went another way, in a sentence. */
export function troubleWords(words: Words, trouble: UiTransferTrouble): string {
  switch (trouble.kind) {
    case "expertGone": {
      const id = gone[trouble.reason];
      return id === undefined ? endingWords(words, trouble.reason) : words.say(id);
    }
    case "maybeMachine":
      return suspicionWords(words, trouble.suspicion);
    case "refused":
    case "notSupported":
    case "notConnected":
    case "noWord":
    case "connectionLost":
    case "customerGone":
    case "unsaid":
    case "back":
    case "late":
      return words.say(happened[trouble.kind]);
  }
}

/** Whether it is for IT to find out why: people who hang up, and agents who go back, are no fault. */
export function failedTransfer({ kind }: UiTransferTrouble): boolean {
  return kind === "refused" || kind === "notSupported" || kind === "notConnected" || kind === "noWord" || kind === "connectionLost" || kind === "unsaid";
}

/** What the agent can do about it; none if there is nothing to do. */
export function troubleAdvice({ say }: Words, { kind }: UiTransferTrouble): string | null {
  const id = advice[kind];
  return id === null ? null : say(id);
}

/** Why somebody may be a machine, in a sentence. */
export function suspicionWords({ say }: Words, suspicion: UiSuspicion): string {
  return say(suspicious[suspicion]);
}

/** How far the note to an expert is. */
export function cardWords({ say }: Words, { state }: UiCard, whom: string): string {
  switch (state) {
    case "sending":
      return say("transfer.card.sending", { whom });
    case "sent":
      return say("transfer.card.sent", { whom });
    case "unsure":
      return say("transfer.card.unsure", { whom });
    case "failed":
      return say("transfer.card.failed", { whom });
  }
}

/** What is said of an expert in other words than of anybody else. */
const gone: Readonly<Partial<Record<UiEndReason, WordId>>> = {
  remoteHungUp: "transfer.trouble.expertHungUp",
  busy: "transfer.trouble.expertBusy",
  declined: "transfer.trouble.expertDeclined",
  noAnswer: "transfer.trouble.expertNoAnswer",
  unavailable: "transfer.trouble.expertUnavailable",
};

const happened: Readonly<Record<Exclude<UiTransferTrouble["kind"], "expertGone" | "maybeMachine">, WordId>> = {
  refused: "transfer.trouble.refused",
  notSupported: "transfer.trouble.notSupported",
  notConnected: "transfer.trouble.notConnected",
  noWord: "transfer.trouble.noWord",
  connectionLost: "transfer.trouble.connectionLost",
  customerGone: "transfer.trouble.customerGone",
  unsaid: "transfer.trouble.unsaid",
  back: "transfer.trouble.wentBack",
  late: "transfer.trouble.late",
};

const advice: Readonly<Record<UiTransferTrouble["kind"], WordId | null>> = {
  refused: "transfer.troubleAdvice.againOrMerge",
  notSupported: "transfer.troubleAdvice.stay",
  notConnected: "transfer.troubleAdvice.againOrMerge",
  noWord: "transfer.troubleAdvice.askOrAgain",
  connectionLost: "transfer.troubleAdvice.askOrAgain",
  expertGone: "transfer.troubleAdvice.youHave",
  customerGone: null,
  unsaid: "transfer.troubleAdvice.callBack",
  back: null,
  late: "transfer.troubleAdvice.hangUp",
  maybeMachine: "transfer.troubleAdvice.listen",
};

const suspicious: Readonly<Record<UiSuspicion, WordId>> = {
  answeredAtOnce: "transfer.suspicion.atOnce",
  longSpeech: "transfer.suspicion.long",
  beep: "transfer.suspicion.beep",
};
