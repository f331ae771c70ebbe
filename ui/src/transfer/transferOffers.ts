import type { CustomerAndExpert } from "../calls/conversations";
import type { Act } from "../host/HostContext";
import { offered } from "../shared/offers";
import type { Words } from "../words/words";
import { nameOf } from "./words";

/**
 * What can be done with a customer and an expert, wherever they are shown. `onSuspicion` asks first where
 * the expert may be a machine.
 */
export function transferOffers(
  { say }: Words,
  act: Act["act"],
  { transfer, customer, expert }: CustomerAndExpert,
  onSuspicion: () => void,
) {
  const { phase, talkingTo } = transfer;
  const call = customer.id;
  const [who, whom] = [nameOf(customer.party), nameOf(transfer.to)];
  const talkedTo = talkingTo === "customer" ? customer : talkingTo === "expert" ? expert : undefined;
  const locked = phase === "completing" ? say("transfer.locked") : undefined;
  const notYet =
    locked ??
    (phase === "calling"
      ? say("transfer.onceAnswered", { who: whom })
      : customer.recovering || expert?.recovering === true
        ? say("calls.onceRecovered")
        : undefined);
  const back = () => act({ do: "back", call });
  const complete = () => {
    if (expert?.suspicion === undefined || expert.suspicion === null) {
      act({ do: "complete", call, sure: false });
    } else {
      onSuspicion();
    }
  };
  return {
    mute: offered(
      say(talkedTo?.muted === true ? "calls.unmute" : "calls.mute"),
      () => {
        if (talkedTo !== undefined) {
          act({ do: talkedTo.muted ? "unmute" : "mute", call: talkedTo.id });
        }
      },
      talkedTo === undefined ? say("transfer.talkToNobody") : undefined,
    ),
    swapPeople: offered(
      say("transfer.talkTo", { who: talkingTo === "customer" ? whom : who }),
      () => act({ do: "swap", call }),
      locked ?? (expert === undefined ? say("transfer.nobodyToSwap") : undefined),
    ),
    merge: offered(
      say("transfer.allHear"),
      () => {
        if (expert !== undefined) {
          act({ do: "merge", call, with: expert.id });
        }
      },
      notYet,
    ),
    connect: offered(say("transfer.connect"), complete, notYet),
    keepConsulting: offered(
      say("transfer.notYet"),
      () => act({ do: "keepConsulting", call }),
      locked ?? (transfer.completesAtMs === null ? say("keys.not.byItself") : undefined),
    ),
    back: offered(say("transfer.backTo", { who }), back, locked),
    // Who waits is not hung up on by a slip of the hand: it ends the call that the agent hears.
    hangUp: offered(
      say("calls.hangUpNamed", { who: talkingTo === "customer" ? who : whom }),
      talkingTo === "customer" ? () => act({ do: "hangUp", call }) : back,
      locked,
    ),
  };
}
