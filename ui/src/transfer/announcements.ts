import { partyWords, sentences } from "../calls/words";
import type { UiCall, UiSnapshot, UiTransfer } from "../ipc/bindings";
import type { Announcement } from "../shared/Announcer";
import { shortcutLabel } from "../shared/shortcuts";
import type { Words } from "../words/words";
import { cardWords, suspicionWords, troubleAdvice, troubleWords } from "./troubleWords";
import { nameOf } from "./words";

/** What to say about customers on the way to somebody else. */
export function aboutTransfers(words: Words, before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  return after.transfers.flatMap((transfer) => {
    const earlier = before?.transfers.find(({ customer }) => customer === transfer.customer);
    return aboutTransfer(words, earlier, transfer, before, after);
  });
}

/** What to say about the people who hear each other. */
export function aboutGroup(words: Words, before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  const { say } = words;
  const [earlier, group] = [before?.group ?? null, after.group];
  if (group === null) {
    // Who has left is said by their own call; that the others have come apart is not.
    return earlier === null ? [] : [{ text: say("group.said.over"), urgent: false }];
  }
  const said: Announcement[] = [];
  if (earlier === null) {
    said.push({ text: say("group.said.began", { others: group.members.length }), urgent: false });
  } else {
    for (const id of group.members.filter((member) => !earlier.members.includes(member))) {
      said.push({ text: say("group.said.joined", { who: nameOfCall(words, after, id) }), urgent: false });
    }
    if (earlier.away !== group.away) {
      said.push({ text: say(group.away ? "group.said.away" : "group.said.back"), urgent: false });
    }
  }
  if (group.note !== null && (earlier?.note ?? null) === null) {
    said.push({ text: troubleWords(words, group.note), urgent: true });
  }
  const [first] = group.members;
  for (const id of group.members) {
    const [was, is] = [callOf(before, id), callOf(after, id)];
    if (was === undefined || is === undefined) {
      continue;
    }
    if (was.silenced !== is.silenced) {
      const id = is.silenced ? "group.said.silenced" : "group.said.heardAgain";
      said.push({ text: say(id, { who: partyWords(is) }), urgent: false });
    }
    // The agent speaks to all of them as one.
    if (id === first && was.muted !== is.muted) {
      said.push(mutedWords(words, is));
    }
  }
  return said;
}

function aboutTransfer(
  words: Words,
  earlier: UiTransfer | undefined,
  transfer: UiTransfer,
  before: UiSnapshot | null,
  after: UiSnapshot,
): Announcement[] {
  const { say } = words;
  const said: Announcement[] = [];
  const [who, whom] = [nameOfCall(words, after, transfer.customer), nameOf(transfer.to)];
  if (earlier?.phase !== transfer.phase && transfer.trouble === null) {
    said.push({ text: stepWords(words, transfer, who, whom), urgent: false });
  } else if (earlier !== undefined && earlier.talkingTo !== transfer.talkingTo && transfer.talkingTo !== "nobody") {
    said.push({ text: say("transfer.said.talkNow", { who: transfer.talkingTo === "customer" ? who : whom }), urgent: false });
  }
  const { trouble, completesAtMs, card } = transfer;
  if (trouble !== null && (earlier?.trouble?.kind !== trouble.kind || earlier.phase !== transfer.phase)) {
    said.push({ text: sentences(words, troubleWords(words, trouble), troubleAdvice(words, trouble)), urgent: true });
  }
  if (completesAtMs !== null && (earlier?.completesAtMs ?? null) === null) {
    const seconds = Math.max(1, Math.round((completesAtMs - after.nowMs) / 1000));
    said.push({ text: say("transfer.said.byItself", { seconds }), urgent: false });
  }
  if (card?.state === "failed" && earlier?.card?.state !== "failed") {
    said.push({ text: cardWords(words, card, whom), urgent: false });
  }
  const reply = card?.reply ?? null;
  if (reply !== null && reply !== earlier?.card?.reply) {
    said.push({ text: sentences(words, say("transfer.said.replies", { whom, reply })), urgent: false });
  }
  const [was, expert] = [callOf(before, transfer.expert), callOf(after, transfer.expert)];
  const suspicion = expert?.suspicion ?? null;
  if (suspicion !== null && was?.suspicion !== suspicion) {
    said.push({ text: suspicionWords(words, suspicion), urgent: true });
  }
  if (expert?.state === "ended" && was !== undefined && was.state !== "ended") {
    said.push({ text: say("transfer.said.expertLeft", { whom }), urgent: false });
  }
  const talkedTo = transfer.talkingTo === "customer" ? transfer.customer : transfer.talkingTo === "expert" ? transfer.expert : null;
  const [wasTalkedTo, is] = [callOf(before, talkedTo), callOf(after, talkedTo)];
  if (wasTalkedTo !== undefined && is !== undefined && wasTalkedTo.muted !== is.muted) {
    said.push(mutedWords(words, is));
  }
  return said;
}

function stepWords(words: Words, { phase, talkingTo }: UiTransfer, who: string, whom: string): string {
  const { say } = words;
  switch (phase) {
    case "calling":
      return say("transfer.said.calling", { who, whom });
    case "consulting":
      return talkingTo === "expert"
        ? say("transfer.said.consulting", { who, whom, keys: shortcutLabel(words, "connect") })
        : say("transfer.said.answered", { whom });
    case "completing":
      return say("transfer.said.completing", { who, whom });
  }
}

function mutedWords({ say }: Words, { muted }: UiCall): Announcement {
  return { text: say(muted ? "calls.muted.on" : "calls.muted.off"), urgent: false };
}

function callOf(snapshot: UiSnapshot | null, id: number | null): UiCall | undefined {
  return snapshot?.calls.find((call) => call.id === id);
}

function nameOfCall({ say }: Words, snapshot: UiSnapshot, id: number): string {
  const call = callOf(snapshot, id);
  return call === undefined ? say("transfer.said.theCustomer") : partyWords(call);
}
