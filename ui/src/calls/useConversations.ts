import { useMemo } from "react";

import { useAct } from "../host/HostContext";
import type { UiSnapshot } from "../ipc/bindings";
import { offered, useOffers } from "../shared/offers";
import { useSeen } from "../shared/seen";
import { useWords } from "../words/words";
import { callsOf, keyOf, shelves, toMerge, toResume, type Conversation } from "./conversations";

/**
 * Every conversation, which of them is at hand, and what can be done across them; offered by whoever shows them.
 * `moved`: another one has just come to hand, and what was meant for the one before must not end it.
 */
export function useConversations({ calls, transfers, group }: Pick<UiSnapshot, "calls" | "transfers" | "group">) {
  const { act } = useAct();
  const { say } = useWords();
  const { live, ringing, ended } = useMemo(() => shelves({ calls, transfers, group }), [calls, transfers, group]);
  const atHand = live.find(isHeard) ?? live.at(-1);
  const waiting = live.filter((conversation) => conversation !== atHand);
  const heard = live.some(isHeard);

  const place = atHand === undefined ? null : keyOf(atHand);
  const moved = !useSeen(place, SEEN_AFTER_MS, place);
  const [first] = ringing;
  const newlyFirst = !useSeen(first?.id, SEEN_AFTER_MS);
  const toSwap = heard ? waiting.find((conversation) => toResume(conversation) !== undefined) : undefined;
  const swapTo = toSwap === undefined ? undefined : toResume(toSwap);
  const mergeInto = toMerge(atHand);
  const merging = mergeInto === undefined ? undefined : waiting.find(({ kind }) => kind !== "transfer");
  const mergeWith = toMerge(merging);
  useOffers({
    ...(first === undefined
      ? {}
      : {
          answer: () => act({ do: "answer", call: first.id }),
          decline: { ...offered(say("calls.decline"), () => act({ do: "reject", call: first.id, with: "busy" })), tooSoon: newlyFirst },
        }),
    // Within a transfer the same keys swap its two people.
    ...(swapTo === undefined || atHand?.kind === "transfer" ? {} : { swap: () => act({ do: "resume", call: swapTo }) }),
    ...(mergeInto === undefined || mergeWith === undefined
      ? {}
      : { merge: () => act({ do: "merge", call: mergeInto, with: mergeWith }) }),
  });
  return { live, ringing, ended, atHand, waiting, heard, toSwap, mergeInto, merging, moved };
}

/** A press on its way to a call that is gone has arrived by then; nobody means the next one sooner. */
export const SEEN_AFTER_MS = 700;

/** Whether the agent hears somebody of it. */
export function isHeard(conversation: Conversation): boolean {
  return callsOf(conversation).some(({ heard }) => heard);
}
