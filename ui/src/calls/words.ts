import type { UiCall, UiRecovery } from "../ipc/bindings";

/** What a call is doing, in a few words. */
export function stateWords(call: UiCall): string {
  if (call.recovering && call.state !== "ended") {
    return "Taking the call up again…";
  }
  switch (call.state) {
    case "calling":
      return "Calling";
    case "ringing":
      return call.direction === "incoming" ? "Incoming call" : "Ringing there";
    case "early":
      return "Not answered yet";
    case "connecting":
      return "Connecting sound";
    case "active":
      return activeWords(call);
    case "ended":
      return call.ending?.words ?? "Ended";
  }
}

/** Who is at the other end: the name, else the number. */
export function partyWords(call: UiCall): string {
  return call.party.name ?? call.party.number;
}

/** What happened to the calls that stood when Warmline was stopped. */
export function recoveryWords({ parties }: UiRecovery): string {
  const names = parties.map(({ name, number }) => name ?? number);
  return `Warmline was stopped in a call with ${new Intl.ListFormat("en").format(names)}.`;
}

/** Whether our hold is on, or about to be. */
export function isHeldByMe(call: UiCall): boolean {
  return call.hold !== "off" && call.hold !== "resuming";
}

/** Whether the call rings here and waits for us. */
export function isIncoming(call: UiCall): boolean {
  return call.state === "ringing" && call.direction === "incoming";
}

/** Two sentences as one text, each with its full stop. */
export function sentences(first: string, second: string | null): string {
  return [first, second ?? ""]
    .filter((part) => part !== "")
    .map((part) => (/[.!?…]$/.test(part) ? part : `${part}.`))
    .join(" ");
}

function activeWords(call: UiCall): string {
  switch (call.hold) {
    case "holding":
      return "Putting on hold";
    case "held":
      return call.heldByThem ? "On hold, by both of you" : "On hold";
    case "localOnly":
      return "On hold, they hear silence";
    case "resuming":
      return "Taking off hold";
    case "off":
      if (call.interrupted) {
        return "Sound interrupted";
      }
      return call.heldByThem ? "They put you on hold" : call.heard ? "In call" : "Not heard";
  }
}
