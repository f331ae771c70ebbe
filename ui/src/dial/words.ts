import type { UiNumber } from "../ipc/bindings";
import type { Words } from "../words/words";

/** How what was typed is read, for the line below it. `found`: how many recent calls match. */
export function readingWords(words: Words, { kind, shown, region }: UiNumber, found: number): string | null {
  const { say } = words;
  switch (kind) {
    case "nothing":
      return found === 0 ? say("dial.nobody") : null;
    case "telephone":
      return words.line([shown, ...placeOf(words, region)]);
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
export function kindWords(words: Words, { kind, region }: UiNumber): string | null {
  const { say } = words;
  switch (kind) {
    case "nothing":
      return null;
    case "telephone":
      return placeOf(words, region)[0] ?? null;
    case "extension":
      return say("dial.asked.extension");
    case "address":
      return say("dial.asked.address");
    case "unfinished":
      return say("dial.asked.unfinished");
  }
}

/** What people call the country of a number; nothing where it has none, or none that has a name here. */
function placeOf({ say, locale }: Words, region: string | null): readonly string[] {
  if (region === null) {
    return [];
  }
  if (region === NOWHERE) {
    return [say("dial.international")];
  }
  const name = new Intl.DisplayNames(locale, { type: "region", fallback: "none" }).of(region);
  return name === undefined ? [] : [name];
}

/** A number that belongs to no country, as +800. */
const NOWHERE = "001";
