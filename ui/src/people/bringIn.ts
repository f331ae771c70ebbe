import { useDialling } from "../dial/DialContext";
import { useAct } from "../host/HostContext";
import type { UiPerson } from "../ipc/bindings";
import { useWords } from "../words/words";
import type { Way } from "./PersonMenu";
import type { InHand } from "./words";

/** Calls an expert: about the customer in hand, or just so. */
export function useBringIn(hand: InHand): (person: UiPerson, way: Way) => void {
  const { say } = useWords();
  const { act, fail } = useAct();
  const { reachable } = useDialling();
  return ({ id: person }, way) => {
    if (!reachable) {
      fail({ code: "notPossible", message: say("dial.cannotCall") });
      return;
    }
    const call = hand.kind === "customer" && way !== "call" ? hand.call : null;
    act({ do: "callPerson", person, call, handOver: way === "handOver" });
  };
}

/** What pressing somebody does: they are asked about whom the agent speaks with, or called. */
export function pressWay(hand: InHand): Way {
  return hand.kind === "nobody" ? "call" : "ask";
}
