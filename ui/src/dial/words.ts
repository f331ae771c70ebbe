import type { UiNumber } from "../ipc/bindings";
import type { Words } from "../words/words";

/** How what was typed is read, for the line below it. `found`: how many recent calls match. */
export function readingWords(words: Words, number: UiNumber, found: number): string | null {
  const { kind, shown, place } = number;
  switch (kind) {
    case "nothing":
      return found === 0 ? words.say("dial.nobody") : null;
    case "telephone":
      return place === null ? shown : `${shown} · ${place}`;
    case "extension":
    case "address":
    case "unfinished":
      return kindWords(words, number);
  }
}

/** What kind of thing a number is, or where it belongs, for who sees the number itself. */
export function kindWords({ say }: Words, { kind, shown, place }: UiNumber): string | null {
  switch (kind) {
    case "nothing":
      return null;
    case "telephone":
      return place;
    case "extension":
      // Of the PBX, or an emergency or service number: dialled as typed.
      return say("dial.extension", { shown });
    case "address":
      return say("dial.address", { shown });
    case "unfinished":
      return say("dial.unfinished");
  }
}
