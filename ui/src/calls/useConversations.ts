import { useMemo } from "react";

import { useAct } from "../host/HostContext";
import type { UiSnapshot } from "../ipc/bindings";
import { useOffers } from "../shared/offers";
import { callsOf, shelves, toMerge, toResume, type Conversation } from "./conversations";

/** Every conversation, which of them is at hand, and what can be done across them; offered by whoever shows them. */
export function useConversations({ calls, transfers, group }: Pick<UiSnapshot, "calls" | "transfers" | "group">) {
  const { act } = useAct();
  const { live, ringing, ended } = useMemo(() => shelves({ calls, transfers, group }), [calls, transfers, group]);
  const atHand = live.find(isHeard) ?? live.at(-1);
  const waiting = live.filter((conversation) => conversation !== atHand);
  const heard = live.some(isHeard);

  const [first] = ringing;
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
          decline: () => act({ do: "reject", call: first.id, with: "busy" }),
        }),
    // Within a transfer the same keys swap its two people.
    ...(swapTo === undefined || atHand?.kind === "transfer" ? {} : { swap: () => act({ do: "resume", call: swapTo }) }),
    ...(mergeInto === undefined || mergeWith === undefined
      ? {}
      : { merge: () => act({ do: "merge", call: mergeInto, with: mergeWith }) }),
  });
  return { live, ringing, ended, atHand, waiting, heard, toSwap, mergeInto, merging };
}

/** Whether the agent hears somebody of it. */
export function isHeard(conversation: Conversation): boolean {
  return callsOf(conversation).some(({ heard }) => heard);
}
