/** Who hears each other. */
export function groupTitle(others: number): string {
  return others === 1 ? "You and one other" : `You and ${others} others`;
}

/** Why the agent cannot go and leave the others together. */
export function cannotLeaveWords(others: number): string {
  return others > 2
    ? "You can leave them to each other once two are left."
    : "They hear each other only by way of your phone. Stay until they are done.";
}
