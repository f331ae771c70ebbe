import type { UiCall, UiParty } from "../ipc/bindings";
import { isHeldByMe, stateWords } from "../calls/words";

/** The name, else the number. */
export function nameOf({ name, number }: UiParty): string {
  return name ?? number;
}

/** “hears music” → “Hears music”. */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How somebody stands to the agent who talks with one of two. */
export function standing(call: UiCall, talking: boolean): string {
  if (call.recovering) {
    return "Taking the call up again";
  }
  if (call.state !== "active") {
    return stateWords(call);
  }
  return talking && !isHeldByMe(call) ? "Talking with you" : "Waiting";
}

/** Why nothing can be pressed while the phone system is asked. */
export const LOCKED = "Possible again once the phone system has answered";
