import type { Act } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { offered } from "../shared/offers";
import type { Words } from "../words/words";
import { isHeldByMe } from "./words";

/** What can be done to a call at hand, wherever it is shown. `moved`: it has just come there in the place of another. */
export function callOffers({ say }: Words, act: Act["act"], call: UiCall, moved: boolean) {
  const held = isHeldByMe(call);
  return {
    mute: offered(say(call.muted ? "calls.unmute" : "calls.mute"), () => act({ do: call.muted ? "unmute" : "mute", call: call.id })),
    hold: offered(say(held ? "calls.resume" : "calls.hold"), () => act({ do: held ? "resume" : "hold", call: call.id }), notAnswered(say, call)),
    // Who waits is not hung up on by a press that was meant for somebody who has gone meanwhile.
    hangUp: {
      ...offered(say(call.answeredAtMs === null ? "calls.cancel" : "calls.hangUp"), () => act({ do: "hangUp", call: call.id })),
      tooSoon: held && moved,
    },
  };
}

/** Why what needs somebody at the other end is not possible yet. */
export function notAnswered(say: Words["say"], call: UiCall): string | undefined {
  if (call.state === "active" && !call.recovering) {
    return undefined;
  }
  return say(call.recovering ? "calls.onceRecovered" : "calls.onceAnswered");
}
