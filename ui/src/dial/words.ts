import type { UiNumber } from "../ipc/bindings";

/** Why no call goes out. */
export const CANNOT_CALL = "You can call as soon as you are reachable again.";

/** How what was typed is read, for the line below it. `found`: how many recent calls match. */
export function readingWords({ kind, shown, place }: UiNumber, found: number): string | null {
  switch (kind) {
    case "nothing":
      return found === 0 ? "No recent call matches. Type a number to call it." : null;
    case "telephone":
      return place === null ? shown : `${shown} · ${place}`;
    case "extension":
      // Of the PBX, or an emergency or service number: dialled as typed.
      return `Short number ${shown}`;
    case "address":
      return `SIP address ${shown}`;
    case "unfinished":
      return "Not a complete number yet. It is dialled as typed.";
  }
}
