import type { Standing as Agent } from "../account/words";
import { callsOf, type Conversation } from "../calls/conversations";
import { recordedWords } from "../calls/recordedWords";
import { isHeldByMe, isInTouch, partyWords, stateWords } from "../calls/words";
import { groupTitle, notHeard } from "../group/words";
import type { UiCall, UiTransfer } from "../ipc/bindings";
import { hearsWords, nameOf } from "../transfer/words";
import type { Words } from "../words/words";

interface Standing {
  readonly who: string;
  readonly sinceMs: number | null;
  /** What each hears, and what else must be known without looking at the whole window. */
  readonly hears: readonly Said[];
}

/** One thing in the line of the bar. A name may be cut off there, what is said of them never is. */
export interface Said {
  /** Of whom; of everybody without. */
  readonly who: string | null;
  readonly text: string;
}

/** The conversation at hand in two lines. */
export function standingOf(words: Words, atHand: Conversation | undefined, registration: Agent, waiting: number): Standing {
  const { say } = words;
  if (atHand === undefined) {
    return { who: registration.name, sinceMs: null, hears: [ofAll(registration.words)] };
  }
  const recorded = callsOf(atHand).flatMap(({ recording }) => (recording === null || recording.state === "off" ? [] : [recordedWords(words, recording)])).slice(0, 1);
  const others = waiting > 0 ? [say("bar.waiting", { count: waiting })] : [];
  const also = [...recorded, ...others].map(ofAll);
  switch (atHand.kind) {
    case "call": {
      const { call } = atHand;
      return { who: partyWords(call), sinceMs: call.answeredAtMs ?? call.startedAtMs, hears: [...callHears(words, call), ...also] };
    }
    case "transfer": {
      const { transfer, customer, expert } = atHand;
      const [who, whom] = [nameOf(customer.party), nameOf(transfer.to)];
      const heard = [
        { who, text: hearsWords(words, transfer.customerHears) },
        { who: whom, text: expertHears(words, transfer, expert) },
      ];
      return { who: words.list([who, whom]), sinceMs: customer.answeredAtMs ?? customer.startedAtMs, hears: [...heard, ...also] };
    }
    case "group": {
      const { group, members } = atHand;
      const [first] = members;
      return {
        who: groupTitle(words, members.length),
        sinceMs: first.answeredAtMs ?? first.startedAtMs,
        hears: [...groupHears(words, group.away, members), ...also],
      };
    }
  }
}

/** The line as text. */
export function saidWords({ say, line }: Words, said: readonly Said[]): string {
  return line(said.map(({ who, text }) => (who === null ? text : say("shared.labelled", { label: who, text }))));
}

/** On hold and muted are two things: who comes off hold may still be muted. */
function callHears(words: Words, call: UiCall): readonly Said[] {
  const { say } = words;
  if (!call.muted) {
    return [ofAll(stateWords(words, call))];
  }
  return isInTouch(call) && !isHeldByMe(call)
    ? [ofAll(say("calls.muted"))]
    : [ofAll(stateWords(words, call)), ofAll(say("bar.muted"))];
}

/** Who was not asked first, or is on another card, hears nothing of this phone. */
function expertHears(words: Words, transfer: UiTransfer, expert: UiCall | undefined): string {
  const { say } = words;
  if (expert === undefined) {
    return say(transfer.expert === null ? "transfer.notAsked" : "transfer.sameLine");
  }
  return expert.state === "ended" ? say("transfer.expertLeft") : hearsWords(words, transfer.expertHears);
}

function groupHears(words: Words, away: boolean, members: readonly [UiCall, ...UiCall[]]): readonly Said[] {
  const { say } = words;
  const { silenced, apart } = notHeard(members);
  const named = [
    ...silenced.map((call) => ({ who: partyWords(call), text: say("calls.state.notHeard") })),
    ...apart.map((call) => ({ who: partyWords(call), text: stateWords(words, call) })),
  ];
  if (away) {
    return named.length === 0 ? [ofAll(say("group.away"))] : [ofAll(say("group.away.you")), ...named];
  }
  if (members[0].muted) {
    return [ofAll(say("calls.muted.group")), ...named];
  }
  return named.length === 0 ? [ofAll(say("group.all"))] : [...named, ofAll(say("group.others"))];
}

function ofAll(text: string): Said {
  return { who: null, text };
}
