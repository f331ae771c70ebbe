import type { UiCall, UiGroup, UiSnapshot, UiTransfer } from "../ipc/bindings";
import { isIncoming } from "./words";

/** One card: a call by itself, a customer with an expert, or a group. */
export type Conversation = CallAlone | CustomerAndExpert | Group;

export interface CallAlone {
  readonly kind: "call";
  readonly call: UiCall;
}

export interface CustomerAndExpert {
  readonly kind: "transfer";
  readonly transfer: UiTransfer;
  readonly customer: UiCall;
  /** None if nobody was asked first, or who is called stands on another card. */
  readonly expert: UiCall | undefined;
}

export interface Group {
  readonly kind: "group";
  readonly group: UiGroup;
  readonly members: readonly [UiCall, ...UiCall[]];
  /** Who is asked before they are taken in. */
  readonly asked: { readonly transfer: UiTransfer; readonly expert: UiCall } | undefined;
  /** The two others are being connected without the agent. */
  readonly leaving: boolean;
}

/** What the window shows: conversations in the order in which they began, what rings, and what is over. */
export interface Shelves {
  readonly live: readonly Conversation[];
  readonly ringing: readonly UiCall[];
  readonly ended: readonly UiCall[];
}

/** Puts each call on one card, and on one only. */
export function shelves({ calls, transfers, group }: Pick<UiSnapshot, "calls" | "transfers" | "group">): Shelves {
  const byId = new Map(calls.map((call) => [call.id, call]));
  const cardOf = new Map<number, Conversation>();
  const place = (conversation: Conversation) => {
    for (const { id } of callsOf(conversation)) {
      cardOf.set(id, conversation);
    }
  };

  const [first, ...others] = (group?.members ?? []).flatMap((id) => byId.get(id) ?? []);
  if (group !== null && first !== undefined) {
    const members = [first, ...others] as const;
    const isMember = (id: number | null) => members.some((member) => member.id === id);
    const theirs = transfers.filter(({ customer }) => isMember(customer));
    const asked = theirs.flatMap((transfer) => {
      const expert = transfer.expert === null || isMember(transfer.expert) ? undefined : byId.get(transfer.expert);
      return expert === undefined ? [] : [{ transfer, expert }];
    })[0];
    const leaving = theirs.some(({ expert, phase }) => phase === "completing" && isMember(expert));
    place({ kind: "group", group, members: [...members], asked, leaving });
  }
  for (const transfer of transfers) {
    const customer = byId.get(transfer.customer);
    if (customer === undefined || cardOf.has(customer.id)) {
      continue;
    }
    const expert = transfer.expert === null ? undefined : byId.get(transfer.expert);
    place({
      kind: "transfer",
      transfer,
      customer,
      expert: expert === undefined || cardOf.has(expert.id) ? undefined : expert,
    });
  }

  const live = new Set<Conversation>();
  const ringing: UiCall[] = [];
  const ended: UiCall[] = [];
  for (const call of calls) {
    const card = cardOf.get(call.id);
    if (card !== undefined) {
      live.add(card);
    } else if (isIncoming(call)) {
      ringing.push(call);
    } else if (call.state === "ended") {
      ended.unshift(call);
    } else {
      live.add({ kind: "call", call });
    }
  }
  return { live: [...live], ringing, ended };
}

/** Everybody on a card, the customer first. */
export function callsOf(conversation: Conversation): readonly UiCall[] {
  switch (conversation.kind) {
    case "call":
      return [conversation.call];
    case "transfer":
      return conversation.expert === undefined ? [conversation.customer] : [conversation.customer, conversation.expert];
    case "group":
      return conversation.asked === undefined ? conversation.members : [...conversation.members, conversation.asked.expert];
  }
}

/** A card stays the same element as long as its customer is on it; there is one group at most. */
export function keyOf(conversation: Conversation): number | "group" {
  switch (conversation.kind) {
    case "call":
      return conversation.call.id;
    case "transfer":
      return conversation.customer.id;
    case "group":
      return "group";
  }
}

/** The call by which the agent goes on with a conversation that waits; none if there is nothing to go on with. */
export function toResume(conversation: Conversation): number | undefined {
  switch (conversation.kind) {
    case "call":
      return conversation.call.hold === "off" ? undefined : conversation.call.id;
    case "transfer":
      return conversation.transfer.talkingTo === "nobody" && conversation.transfer.phase !== "completing"
        ? conversation.customer.id
        : undefined;
    case "group":
      return conversation.group.away ? conversation.members[0].id : undefined;
  }
}

/** The call by which others can be taken into a conversation; none if it cannot be now. */
export function toMerge(conversation: Conversation | undefined): number | undefined {
  switch (conversation?.kind) {
    case "call":
      return conversation.call.state === "active" && !conversation.call.recovering ? conversation.call.id : undefined;
    case "group":
      return conversation.leaving ? undefined : conversation.members[0].id;
    case "transfer":
    case undefined:
      return undefined;
  }
}
