import { contains } from "../dial/matches";
import type { UiPeople, UiPerson } from "../ipc/bindings";
import { presenceWords } from "../people/presenceWords";
import { pressWords, whyNot, type InHand } from "../people/words";
import { actions, hasKeys } from "../shared/actions";
import type { Listed } from "../shared/offers";
import { shortcutLabel } from "../shared/shortcuts";
import type { Words } from "../words/words";

/** A line of the palette: something to do, or somebody to call. */
export interface Entry {
  readonly key: string;
  readonly what: string;
  /** What stands below: why it is not possible, or what somebody knows. */
  readonly more: string | null;
  readonly keys: string | null;
  readonly possible: boolean;
  readonly does: { readonly action: Listed } | { readonly person: UiPerson };
}

/** What the agent may mean by `text`: what is possible first, each part in the order of the table. */
export function entries(words: Words, text: string, listed: readonly Listed[], people: UiPeople | null, hand: InHand): readonly Entry[] {
  const found = [
    ...listed.filter(({ name }) => name !== "palette").map((action) => entryOf(words, action)),
    ...peopleFor(people, text).map((person) => entryFor(words, person, hand)),
  ].filter(({ what, more, does }) => contains(text, "person" in does ? `${what} ${more ?? ""}` : what));
  return [...found.filter(({ possible }) => possible), ...found.filter(({ possible }) => !possible)];
}

function entryOf(words: Words, action: Listed): Entry {
  const { name, index, what, possible } = action;
  const { what: whatId, whyNot: whyNotId } = actions[name];
  return {
    key: `${name}-${index}`,
    what: what ?? words.say(whatId),
    more: possible ? null : (action.whyNot ?? words.say(whyNotId)),
    keys: hasKeys(name) && index === 0 ? shortcutLabel(words, name) : null,
    possible,
    does: { action },
  };
}

function entryFor(words: Words, person: UiPerson, hand: InHand): Entry {
  const why = whyNot(words, person, hand);
  return {
    key: `person-${person.id}`,
    what: pressWords(words, person, hand),
    more: why ?? words.line([presenceWords(words, person), ...person.skills]),
    keys: null,
    possible: why === null,
    does: { person },
  };
}

/** Everybody who is known, each once; before anything is typed, only who suits the call best. */
function peopleFor(people: UiPeople | null, text: string): readonly UiPerson[] {
  if (people === null) {
    return [];
  }
  const { best, favourites, recent, rows } = people;
  const all = text.trim() === "" ? best : [...best, ...favourites, ...recent, ...rows];
  return [...new Map(all.map((person) => [person.id, person])).values()].slice(0, MOST_PEOPLE);
}

/** Who types looks for somebody; a whole directory is what the panel is for. */
const MOST_PEOPLE = 40;
