
import type { Words } from "../words/words";
/** Who hears each other. */
export function groupTitle({ say }: Words, others: number): string {
  return say("group.title", { others });
}

/** Why the agent cannot go and leave the others together. */
export function cannotLeaveWords({ say }: Words, others: number): string {
  return say(others > 2 ? "group.cannotLeave.several" : "group.cannotLeave.two");
}
