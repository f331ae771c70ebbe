import type { UiDetail } from "../ipc/bindings";

/**
 * What of a call's details is shown at first. All of it if that leaves the buttons in sight; else the most
 * telling, each cut to two lines by the page, and the rest on demand. The phone lists the most telling first.
 */
export function digest(details: readonly UiDetail[], room: Room): { first: readonly UiDetail[]; folded: boolean } {
  const most = MOST[room];
  const folded = details.length > most || details.some(({ value }) => value.length > LONG);
  return { first: folded ? details.slice(0, most) : details, folded };
}

/** A call may have the window to itself, share it with another, or with two. */
export type Room = "full" | "little" | "none";

const MOST: Readonly<Record<Room, number>> = { full: 4, little: 2, none: 0 };

/** Characters that take more than two lines of a narrow window. */
const LONG = 64;
