import { createContext, useContext, useSyncExternalStore } from "react";

import type { Host } from "../host/host";
import type { UiPeople } from "../ipc/bindings";
import { shared } from "../shared/structure";

/**
 * What is known of experts, and what of it is to be seen. Nothing is asked for while nobody looks: every
 * look at presence costs the tenant a request.
 */
export class Experts {
  /** What came last; none before anything came. */
  current: UiPeople | null = null;

  private readonly listeners = new Set<() => void>();
  private lookers = 0;
  private wanted = { search: "", first: 0, rows: ROWS };
  private told = NOT_SHOWN;
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: Host) {}

  /** Listens until the returned function is called. */
  start(): () => void {
    const stop = this.host.watchPeople((people) => {
      this.current = this.current === null ? people : shared(this.current, people);
      for (const listener of this.listeners) {
        listener();
      }
    });
    const onVisibility = () => this.tell();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }

  /** Somebody looks, until the returned function is called. */
  look(): () => void {
    this.lookers += 1;
    this.tell();
    return () => {
      this.lookers -= 1;
      this.tell();
    };
  }

  /** Looks for a text. */
  search(search: string): void {
    this.wanted = { search, first: 0, rows: this.wanted.rows };
    this.tell();
  }

  /** What is looked for. */
  get searched(): string {
    return this.wanted.search;
  }

  /** Looks at a part of the list. */
  scroll(first: number, rows: number): void {
    this.wanted = { ...this.wanted, first, rows: Math.min(rows, MOST_ROWS) };
    this.tell();
  }

  /** Asks for the same once more. */
  again(): void {
    this.told = NOT_SHOWN;
    this.tell();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** At once, and then at most every {@link REST_MS}: the last word counts. */
  private tell(): void {
    if (this.resting !== undefined) {
      return;
    }
    const shown = this.lookers > 0 && document.visibilityState !== "hidden";
    const now = JSON.stringify(shown ? this.wanted : null);
    if (now === this.told) {
      return;
    }
    this.told = now;
    // What cannot be asked for shows in the panel by itself.
    this.host.act({ do: "lookAtPeople", shown, ...this.wanted }).catch(() => undefined);
    this.resting = setTimeout(() => {
      this.resting = undefined;
      this.tell();
    }, REST_MS);
  }
}

/** None where the profile has no sign-in. */
export const ExpertsContext = createContext<Experts | null>(null);

/** What is known of experts; none before anything came, or where there are none. */
export function usePeople(): UiPeople | null {
  const experts = useContext(ExpertsContext);
  return useSyncExternalStore(experts?.subscribe ?? never, () => experts?.current ?? null);
}

function never(): () => void {
  return () => undefined;
}

const NOT_SHOWN = "null";

/** Less than anybody sees, more than a keystroke of a fast hand. */
const REST_MS = 50;

/** What a window shows before it has been measured. */
const ROWS = 40;

/** What the host hands over at once. */
const MOST_ROWS = 200;
