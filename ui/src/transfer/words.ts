import type { UiCall, UiHears, UiParty } from "../ipc/bindings";
import { isHeldByMe, stateWords } from "../calls/words";
import type { WordId, Words } from "../words/words";

/** The name, else the number. */
export function nameOf({ name, number }: UiParty): string {
  return name ?? number;
}

/** What somebody hears now; nothing of who is not there. */
export function hearsWords({ say }: Words, hears: UiHears | null): string {
  return hears === null ? "" : say(heard[hears]);
}

const heard: Readonly<Record<UiHears, WordId>> = {
  beingCalled: "transfer.hears.beingCalled",
  ringing: "transfer.hears.ringing",
  waiting: "transfer.hears.waiting",
  left: "transfer.hears.left",
  notConnected: "transfer.hears.notConnected",
  nothing: "transfer.hears.nothing",
  you: "transfer.hears.you",
  music: "transfer.hears.music",
  onHold: "transfer.hears.onHold",
};

/** How somebody stands to the agent who talks with one of two. */
export function standing(words: Words, call: UiCall, talking: boolean): string {
  const { say } = words;
  if (call.recovering) {
    return say("transfer.recovering");
  }
  if (call.state !== "active") {
    return stateWords(words, call);
  }
  return talking && !isHeldByMe(call) ? say("transfer.talking") : say("transfer.waits");
}
