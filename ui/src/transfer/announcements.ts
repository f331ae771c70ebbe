import { partyWords, sentences } from "../calls/words";
import { groupTitle } from "../group/words";
import type { UiCall, UiSnapshot, UiTransfer } from "../ipc/bindings";
import type { Announcement } from "../shared/Announcer";
import { shortcutLabel } from "../shared/shortcuts";
import { nameOf } from "./words";

/** What to say about customers on the way to somebody else. */
export function aboutTransfers(before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  return after.transfers.flatMap((transfer) => {
    const earlier = before?.transfers.find(({ customer }) => customer === transfer.customer);
    return aboutTransfer(earlier, transfer, before, after);
  });
}

/** What to say about the people who hear each other. */
export function aboutGroup(before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  const [earlier, group] = [before?.group ?? null, after.group];
  if (group === null) {
    // Who has left is said by their own call; that the others have come apart is not.
    return earlier === null ? [] : [{ text: "The group is over.", urgent: false }];
  }
  const said: Announcement[] = [];
  if (earlier === null) {
    said.push({ text: `${groupTitle(group.members.length)} hear each other now.`, urgent: false });
  } else {
    for (const id of group.members.filter((member) => !earlier.members.includes(member))) {
      said.push({ text: `${nameOfCall(after, id)} is in the group now.`, urgent: false });
    }
    if (earlier.away !== group.away) {
      const words = group.away ? "You are away from the group. They go on hearing each other." : "You are in the group again.";
      said.push({ text: words, urgent: false });
    }
  }
  if (group.note !== null && earlier?.note !== group.note) {
    said.push({ text: group.note, urgent: true });
  }
  const [first] = group.members;
  for (const id of group.members) {
    const [was, is] = [callOf(before, id), callOf(after, id)];
    if (was === undefined || is === undefined) {
      continue;
    }
    if (was.silenced !== is.silenced) {
      said.push({ text: `${partyWords(is)} ${is.silenced ? "is silenced: nobody hears them" : "is heard again"}.`, urgent: false });
    }
    // The agent speaks to all of them as one.
    if (id === first && was.muted !== is.muted) {
      said.push(mutedWords(is));
    }
  }
  return said;
}

function aboutTransfer(
  earlier: UiTransfer | undefined,
  transfer: UiTransfer,
  before: UiSnapshot | null,
  after: UiSnapshot,
): Announcement[] {
  const said: Announcement[] = [];
  const [who, whom] = [nameOfCall(after, transfer.customer), nameOf(transfer.to)];
  if (earlier?.phase !== transfer.phase && transfer.trouble === null) {
    said.push({ text: stepWords(transfer, who, whom), urgent: false });
  } else if (earlier !== undefined && earlier.talkingTo !== transfer.talkingTo && transfer.talkingTo !== "nobody") {
    said.push({ text: `You talk to ${transfer.talkingTo === "customer" ? who : whom} now.`, urgent: false });
  }
  const { trouble, completesAtMs, card } = transfer;
  if (trouble !== null && (earlier?.trouble?.words !== trouble.words || earlier.phase !== transfer.phase)) {
    said.push({ text: sentences(trouble.words, trouble.advice), urgent: true });
  }
  if (completesAtMs !== null && (earlier?.completesAtMs ?? null) === null) {
    const seconds = Math.max(1, Math.round((completesAtMs - after.nowMs) / 1000));
    said.push({ text: `They are connected by themselves in ${seconds} seconds, unless you press Not yet.`, urgent: false });
  }
  if (card?.state === "failed" && earlier?.card?.state !== "failed") {
    said.push({ text: card.words, urgent: false });
  }
  const reply = card?.reply ?? null;
  if (reply !== null && reply !== earlier?.card?.reply) {
    said.push({ text: sentences(`${whom} replies: ${reply}`, null), urgent: false });
  }
  const [was, expert] = [callOf(before, transfer.expert), callOf(after, transfer.expert)];
  const suspicion = expert?.suspicion ?? null;
  if (suspicion !== null && was?.suspicion !== suspicion) {
    said.push({ text: suspicion, urgent: true });
  }
  if (expert?.state === "ended" && was !== undefined && was.state !== "ended") {
    said.push({ text: `${whom} is no longer on your line. Waiting for the phone system’s word.`, urgent: false });
  }
  const talkedTo = transfer.talkingTo === "customer" ? transfer.customer : transfer.talkingTo === "expert" ? transfer.expert : null;
  const [wasTalkedTo, is] = [callOf(before, talkedTo), callOf(after, talkedTo)];
  if (wasTalkedTo !== undefined && is !== undefined && wasTalkedTo.muted !== is.muted) {
    said.push(mutedWords(is));
  }
  return said;
}

function stepWords({ phase, talkingTo }: UiTransfer, who: string, whom: string): string {
  switch (phase) {
    case "calling":
      return `Calling ${whom}. ${who} waits.`;
    case "consulting":
      return talkingTo === "expert"
        ? `${whom} has answered and talks with you. ${who} waits. ${shortcutLabel("connect")} connects them.`
        : `${whom} has answered.`;
    case "completing":
      return `Connecting ${who} with ${whom}. Waiting for the phone system’s word.`;
  }
}

function mutedWords({ muted }: UiCall): Announcement {
  return { text: muted ? "Muted." : "No longer muted.", urgent: false };
}

function callOf(snapshot: UiSnapshot | null, id: number | null): UiCall | undefined {
  return snapshot?.calls.find((call) => call.id === id);
}

function nameOfCall(snapshot: UiSnapshot, id: number): string {
  const call = callOf(snapshot, id);
  return call === undefined ? "The customer" : partyWords(call);
}
