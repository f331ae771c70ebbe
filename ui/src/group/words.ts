import { isInTouch, partyWords, sentences, stateWords } from "../calls/words";
import type { UiCall, UiGroup } from "../ipc/bindings";
import type { Words } from "../words/words";

/** Who hears each other. */
export function groupTitle({ say }: Words, others: number): string {
  return say("group.title", { others });
}

/** What everybody in the group hears, in sentences: who is kept from the others is named. */
export function groupHears(words: Words, { away }: UiGroup, members: readonly [UiCall, ...UiCall[]]): string {
  const { say, list } = words;
  const { silenced, apart } = notHeard(members);
  const named = [
    ...(silenced.length === 0 ? [] : [say("group.notHeard", { who: list(silenced.map(partyWords)) })]),
    ...apart.map((call) => say("shared.labelled", { label: partyWords(call), text: stateWords(words, call) })),
  ];
  if (away) {
    return named.length === 0 ? say("group.away") : sentences(words, say("group.away.you"), ...named);
  }
  if (members[0].muted) {
    named.unshift(say("calls.muted.group"));
  }
  return named.length === 0 ? say("group.all") : sentences(words, ...named, say("group.others"));
}

/** Whom the others do not hear: silenced by the agent, or not in touch with this phone. */
export function notHeard(members: readonly UiCall[]): Readonly<Record<"silenced" | "apart", readonly UiCall[]>> {
  const apart = members.filter((call) => !isInTouch(call));
  return { silenced: members.filter((call) => call.silenced && !apart.includes(call)), apart };
}

/** Why the agent cannot go and leave the others together. */
export function cannotLeaveWords({ say }: Words, others: number): string {
  return say(others > 2 ? "group.cannotLeave.several" : "group.cannotLeave.two");
}
