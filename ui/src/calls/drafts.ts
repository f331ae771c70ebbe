import { createContext, useContext, useSyncExternalStore } from "react";

import type { Host } from "../host/host";
import type { UiCall, UiNote } from "../ipc/bindings";

/** The fields of a note. */
export type NoteField = keyof UiNote;

/** What the agent writes about a call, and where the hand is. */
export interface Draft {
  readonly note: UiNote;
  readonly open: boolean;
}

/**
 * What the agent writes about calls. It outlives the cards, which give way to others while somebody
 * types: neither a word nor the place of the hand gets lost.
 */
export class Drafts {
  /** The field the hand is in. */
  typing: { readonly call: number; readonly field: NoteField; readonly caret: number } | null = null;

  private readonly drafts = new Map<number, Draft>();
  private readonly waiting = new Map<number, ReturnType<typeof setTimeout>>();
  private readonly listeners = new Set<() => void>();

  /** Who hears of words that could not be stored. */
  private refused: (thrown: unknown) => void = () => undefined;

  constructor(private readonly host: Host) {}

  onRefused(hear: (thrown: unknown) => void): void {
    this.refused = hear;
  }

  of(call: number): Draft | undefined {
    return this.drafts.get(call);
  }

  open(call: UiCall, open: boolean): void {
    this.set(call.id, { note: this.drafts.get(call.id)?.note ?? call.note, open });
  }

  /** Takes what was typed; it is sent once the hand rests. */
  write(call: UiCall, note: UiNote): void {
    this.set(call.id, { note, open: true });
    clearTimeout(this.waiting.get(call.id));
    this.waiting.set(
      call.id,
      setTimeout(() => this.send(call.id), RESTED_MS),
    );
  }

  /** Sends what has not been sent: the field was left, or an expert is to be told. */
  send(call: number): void {
    const draft = this.drafts.get(call);
    if (!this.waiting.has(call) || draft === undefined) {
      return;
    }
    clearTimeout(this.waiting.get(call));
    this.waiting.delete(call);
    // The words stay in the field whatever happens; the next letter tries again.
    this.host.act({ do: "note", call, ...draft.note }).catch((thrown: unknown) => this.refused(thrown));
  }

  /** Forgets what was written about calls that are gone. */
  keep(calls: readonly UiCall[]): void {
    for (const id of this.drafts.keys()) {
      if (!calls.some((call) => call.id === id)) {
        this.send(id);
        this.drafts.delete(id);
      }
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private set(call: number, draft: Draft): void {
    this.drafts.set(call, draft);
    for (const listener of this.listeners) {
      listener();
    }
  }
}

export const DraftsContext = createContext<Drafts | null>(null);

/** What is written about a call: here, else what the phone knows of it. */
export function useDraft(call: UiCall): { drafts: Drafts; note: UiNote; open: boolean } {
  const drafts = useContext(DraftsContext);
  if (drafts === null) {
    throw new Error("notes are taken inside the desk only");
  }
  const draft = useSyncExternalStore(drafts.subscribe, () => drafts.of(call.id));
  return { drafts, note: draft?.note ?? call.note, open: draft?.open ?? false };
}

/** Longer than between two letters, short enough that a consult has it all. */
const RESTED_MS = 400;
