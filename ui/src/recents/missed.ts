import type { UiRecent } from "../ipc/bindings";

/** Whether the agent did not get to talk with somebody who called: also for whom they were not to be disturbed. */
export function isMissed({ outcome }: Pick<UiRecent, "outcome">): boolean {
  return outcome === "missed" || outcome === "doNotDisturb";
}
