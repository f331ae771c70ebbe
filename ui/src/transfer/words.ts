import type { UiCall, UiParty } from "../ipc/bindings";
import { isHeldByMe, stateWords } from "../calls/words";
import type { Words } from "../words/words";

/** The name, else the number. */
export function nameOf({ name, number }: UiParty): string {
  return name ?? number;
}

/** “hears music” → “Hears music”. */
export function sentence({ locale }: Words, text: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

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
