import type { UiAction, UiError, UiNumber, UiSnapshot } from "../../ipc/bindings";
import type { Host } from "../host";
import { readLikeTheHost } from "./reading";

/** A host that shows what it is told to and remembers what it was asked for. */
export class FakeHost implements Host {
  /** Every action, in order. */
  readonly asked: UiAction[] = [];
  /** Every text that was to be read as a number, in order. */
  readonly read: string[] = [];
  /** Set to refuse the actions that follow. */
  refusal: UiError | null = null;
  /** Set to read numbers in another way, or later. */
  reading: (text: string) => Promise<UiNumber> = (text) => Promise.resolve(readLikeTheHost(text));

  private readonly listeners = new Set<(snapshot: UiSnapshot) => void>();

  constructor(private snapshot: UiSnapshot) {}

  watch(listener: (snapshot: UiSnapshot) => void): () => void {
    this.listeners.add(listener);
    listener(this.snapshot);
    return () => this.listeners.delete(listener);
  }

  act(action: UiAction): Promise<void> {
    this.asked.push(action);
    // A UiError is what crosses from Rust: a plain object, not an Error.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    return this.refusal === null ? Promise.resolve() : Promise.reject(this.refusal);
  }

  readNumber(text: string): Promise<UiNumber> {
    this.read.push(text);
    return this.reading(text);
  }

  /** The phone's state changed. */
  show(snapshot: UiSnapshot): void {
    this.snapshot = snapshot;
    for (const listener of this.listeners) {
      listener(snapshot);
    }
  }
}
