import { callsOf, type Conversation } from "../calls/conversations";
import { partyWords, stateWords } from "../calls/words";
import { groupTitle } from "../group/words";
import type { UiRegistration } from "../ipc/bindings";
import { nameOf, sentence } from "../transfer/words";
import type { Words } from "../words/words";

interface Standing {
  readonly who: string;
  readonly sinceMs: number | null;
  /** What each hears, and what else must be known without looking at the whole window. */
  readonly hears: string;
}

/** The conversation at hand in two lines. */
export function standingOf(words: Words, atHand: Conversation | undefined, registration: UiRegistration, waiting: number): Standing {
  const { say } = words;
  if (atHand === undefined) {
    return { who: registration.name, sinceMs: null, hears: registration.words };
  }
  const others = waiting > 0 ? [say("bar.waiting", { count: waiting })] : [];
  const recorded = callsOf(atHand).flatMap(({ recording }) => (recording === null || recording.state === "off" ? [] : [recording.words])).slice(0, 1);
  switch (atHand.kind) {
    case "call": {
      const { call } = atHand;
      const state = call.muted ? say("calls.muted") : stateWords(words, call);
      return { who: partyWords(call), sinceMs: call.answeredAtMs ?? call.startedAtMs, hears: words.line([state, ...recorded, ...others]) };
    }
    case "transfer": {
      const { transfer, customer } = atHand;
      const [who, whom] = [nameOf(customer.party), nameOf(transfer.to)];
      const heard = [
        say("shared.labelled", { label: who, text: sentence(words, transfer.customerHears) }),
        say("shared.labelled", { label: whom, text: sentence(words, transfer.expertHears) }),
      ];
      return {
        who: words.list([who, whom]),
        sinceMs: customer.answeredAtMs ?? customer.startedAtMs,
        hears: words.line([...heard, ...recorded, ...others]),
      };
    }
    case "group": {
      const [first] = atHand.members;
      return {
        who: groupTitle(words, atHand.members.length),
        sinceMs: first.answeredAtMs ?? first.startedAtMs,
        hears: words.line([say(atHand.group.away ? "group.away" : "group.all"), ...recorded, ...others]),
      };
    }
  }
}
