import type { UiCall, UiRecovery } from "../ipc/bindings";
import type { Words } from "../words/words";
import { endingWords } from "./endings";

/** What a call is doing, in a few words. */
export function stateWords(words: Words, call: UiCall): string {
  const { say } = words;
  if (call.recovering && call.state !== "ended") {
    return say("calls.state.recovering");
  }
  switch (call.state) {
    case "calling":
      return say("calls.state.calling");
    case "ringing":
      return say(call.direction === "incoming" ? "calls.incoming" : "calls.state.ringing");
    case "early":
      return say("calls.state.early");
    case "connecting":
      return say("calls.state.connecting");
    case "active":
      return activeWords(words, call);
    case "ended":
      return call.ending === null ? say("calls.state.ended") : endingWords(words, call.ending.reason);
  }
}

/** Who is at the other end: the name, else the number. */
export function partyWords(call: UiCall): string {
  return call.party.name ?? call.party.number;
}

/** What happened to the calls that stood when Warmline was stopped. */
export function recoveryWords({ say, list }: Words, { parties }: UiRecovery): string {
  const names = parties.map(({ name, number }) => name ?? number);
  return say("calls.recovery.title", { who: list(names) });
}

/** Whether sound goes both ways, as far as the two phones go: what the agent keeps from them is another matter. */
export function isInTouch(call: UiCall): boolean {
  return call.state === "active" && !call.recovering && !call.interrupted && !call.heldByThem;
}

/** Whether our hold is on, or about to be. */
export function isHeldByMe(call: UiCall): boolean {
  return call.hold !== "off" && call.hold !== "resuming";
}

/** Whether the call rings here and waits for us. */
export function isIncoming(call: UiCall): boolean {
  return call.state === "ringing" && call.direction === "incoming";
}

/** Sentences as one text, each with its full stop. */
export function sentences({ say }: Words, ...parts: readonly (string | null)[]): string {
  return parts
    .filter((part): part is string => part !== null && part !== "")
    .map((words) => (/[.!?…。！？]$/.test(words) ? words : say("shared.sentence", { words })))
    .reduce((first, second) => (first === "" ? second : say("shared.next", { first, second })), "");
}

function activeWords({ say }: Words, call: UiCall): string {
  switch (call.hold) {
    case "holding":
      return say("calls.state.holding");
    case "held":
      return say(call.heldByThem ? "calls.state.heldByBoth" : "calls.state.held");
    case "localOnly":
      return say("calls.state.localOnly");
    case "resuming":
      return say("calls.state.resuming");
    case "off":
      if (call.interrupted) {
        return say("calls.state.interrupted");
      }
      return say(call.heldByThem ? "calls.state.heldByThem" : call.heard ? "calls.state.active" : "calls.state.notHeard");
  }
}
