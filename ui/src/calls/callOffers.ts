import type { Act } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { offered } from "../shared/offers";
import type { Words } from "../words/words";
import { isHeldByMe } from "./words";

/** What can be done to a call at hand, wherever it is shown. */
export function callOffers({ say }: Words, act: Act["act"], call: UiCall) {
  const held = isHeldByMe(call);
  return {
    mute: offered(say(call.muted ? "calls.unmute" : "calls.mute"), () => act({ do: call.muted ? "unmute" : "mute", call: call.id })),
    hold: offered(say(held ? "calls.resume" : "calls.hold"), () => act({ do: held ? "resume" : "hold", call: call.id }), notAnswered(say, call)),
    hangUp: offered(say(call.answeredAtMs === null ? "calls.cancel" : "calls.hangUp"), () => act({ do: "hangUp", call: call.id })),
  };
}

/** Why what needs somebody at the other end is not possible yet. */
export function notAnswered(say: Words["say"], call: UiCall): string | undefined {
  if (call.state === "active" && !call.recovering) {
    return undefined;
  }
  return say(call.recovering ? "calls.onceRecovered" : "calls.onceAnswered");
}
