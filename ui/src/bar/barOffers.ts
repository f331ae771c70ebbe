import { callOffers } from "../calls/callOffers";
import type { Conversation } from "../calls/conversations";
import { isHeldByMe } from "../calls/words";
import { groupOffers } from "../group/groupOffers";
import { useAct, type Act } from "../host/HostContext";
import { offered, useOffers, type Offered, type OffersNow } from "../shared/offers";
import { transferOffers } from "../transfer/transferOffers";
import { useWords, type Words } from "../words/words";

/** What the four buttons of the bar do now. */
interface BarOffers {
  readonly mute: Offered;
  readonly hold: Offered;
  readonly connect: Offered;
  readonly hangUp: Offered;
  readonly muted: boolean;
  readonly held: boolean;
}

/**
 * What can be done in the bar to the conversation at hand, offered to keys and palette as well. `moved`: it has just
 * come there in the place of another. `onQuestion`: something has to be asked first, for which the bar has no room.
 */
export function useBarOffers(atHand: Conversation | undefined, moved: boolean, onQuestion: () => void): BarOffers {
  const words = useWords();
  const { act } = useAct();
  const { all, ...shown } = offersFor(words, act, atHand, moved, onQuestion);
  useOffers(all);
  return shown;
}

/**
 * What a call that rings offers; nobody is sent away before they are `seen`. The keys for it come from where the
 * conversations are.
 */
export function ringingOffers({ say }: Words, act: Act["act"], call: number, holdsAnother: boolean, seen: boolean) {
  return {
    answer: offered(say(holdsAnother ? "calls.holdAndAnswer" : "calls.answer"), () => act({ do: "answer", call })),
    decline: { ...offered(say("calls.decline"), () => act({ do: "reject", call, with: "busy" })), tooSoon: !seen },
  };
}

function nobodyAsked({ say }: Words): Offered {
  return offered(say("transfer.connect"), () => undefined, say("keys.not.expert"));
}

function offersFor(words: Words, act: Act["act"], atHand: Conversation | undefined, moved: boolean, onQuestion: () => void): BarOffers & { readonly all: OffersNow } {
  const { say } = words;
  if (atHand === undefined) {
    const none = (what: string) => offered(what, onQuestion, say("keys.not.call"));
    return {
      mute: none(say("calls.mute")),
      hold: none(say("calls.hold")),
      connect: nobodyAsked(words),
      hangUp: none(say("calls.hangUp")),
      all: {},
      muted: false,
      held: false,
    };
  }
  switch (atHand.kind) {
    case "call": {
      const all = callOffers(words, act, atHand.call, moved);
      return { ...all, connect: nobodyAsked(words), all, muted: atHand.call.muted, held: isHeldByMe(atHand.call) };
    }
    case "transfer": {
      const { customer, expert, transfer } = atHand;
      const all = transferOffers(words, act, atHand, onQuestion);
      const talkedTo = transfer.talkingTo === "expert" ? expert : customer;
      const { mute, swapPeople, connect, hangUp } = all;
      // To hold one of the two is to talk to the other.
      return { mute, hold: swapPeople, connect, hangUp, all: { ...all, hold: swapPeople }, muted: talkedTo?.muted === true, held: false };
    }
    case "group": {
      const all = groupOffers(words, act, atHand);
      const hangUp = offered(say("calls.hangUp"), onQuestion, say("bar.inFull"));
      const { mute, hold } = all;
      return { mute, hold, hangUp, connect: nobodyAsked(words), all: { ...all, hangUp }, muted: atHand.members[0].muted, held: atHand.group.away };
    }
  }
}
