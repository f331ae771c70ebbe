import type { Group } from "../calls/conversations";
import type { Act } from "../host/HostContext";
import { offered } from "../shared/offers";
import type { Words } from "../words/words";
import { cannotLeaveWords } from "./words";

/** What the agent can do in a group, wherever it is shown. */
export function groupOffers(words: Words, act: Act["act"], { group, members, asked, leaving }: Group) {
  const { say } = words;
  const { away, canLeave } = group;
  const [{ id, muted }] = members;
  const locked = leaving ? say("transfer.locked") : undefined;
  const cannotLeave = canLeave ? undefined : cannotLeaveWords(words, members.length);
  return {
    mute: offered(
      say(muted ? "calls.unmute" : "calls.mute"),
      () => act({ do: muted ? "unmute" : "mute", call: id }),
      away ? say("group.away.muteless") : undefined,
    ),
    hold: offered(say(away ? "group.goIn" : "group.stepOut"), () => act({ do: away ? "resume" : "hold", call: id }), locked),
    leave: offered(
      say("group.leave"),
      () => act({ do: "leave", call: id }),
      locked ?? (asked === undefined ? cannotLeave : say("group.oneAtATime")),
    ),
  };
}
