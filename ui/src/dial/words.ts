import type { UiNumber } from "../ipc/bindings";
import type { Words } from "../words/words";

/** How what was typed is read, for the line below it. `found`: how many recent calls match. */
export function readingWords({ say }: Words, { kind, shown, place }: UiNumber, found: number): string | null {
  switch (kind) {
    case "nothing":
      return found === 0 ? say("dial.nobody") : null;
    case "telephone":
      return place === null ? shown : `${shown} · ${place}`;
    case "extension":
      // Of the PBX, or an emergency or service number: dialled as typed.
      return say("dial.extension", { shown });
    case "address":
      return say("dial.address", { shown });
    case "unfinished":
      return say("dial.unfinished");
  }
}

/** The same of a number that is not typed but asked for, and stands there already. */
export function kindWords({ say }: Words, { kind, place }: UiNumber): string | null {
  switch (kind) {
    case "nothing":
      return null;
    case "telephone":
      return place;
    case "extension":
      return say("dial.asked.extension");
    case "address":
      return say("dial.asked.address");
    case "unfinished":
      return say("dial.asked.unfinished");
  }
}
