import type { UiAction, UiError, UiFound, UiNumber, UiPeople, UiPerson, UiRecent, UiSearch, UiSnapshot, UiTongue } from "../../ipc/bindings";
import type { Host } from "../host";
import { readLikeTheHost } from "./reading";
import { searchLikeTheHost } from "./searching";

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
  /** Everybody in the directory: what is looked for and scrolled to is answered from it. */
  directory: readonly UiPerson[] | null = null;
  /** All calls that are kept, where they are more than a snapshot has. */
  kept: readonly UiRecent[] | null = null;
  /** Every search among them, in order. */
  readonly searched: UiSearch[] = [];
  /** What was to be written to a file, in order. */
  readonly exported: UiSearch[] = [];
  /** What tray and notifications say. */
  tongue: UiTongue | null = null;
  /** Whether the agent chooses a file. */
  choosesFile = true;

  private readonly listeners = new Set<(snapshot: UiSnapshot) => void>();
  private readonly peopleListeners = new Set<(people: UiPeople) => void>();

  constructor(
    private snapshot: UiSnapshot,
    private people: UiPeople | null = null,
  ) {}

  watch(listener: (snapshot: UiSnapshot) => void): () => void {
    this.listeners.add(listener);
    listener(this.snapshot);
    return () => this.listeners.delete(listener);
  }

  watchPeople(listener: (people: UiPeople) => void): () => void {
    this.peopleListeners.add(listener);
    if (this.people !== null) {
      listener(this.people);
    }
    return () => this.peopleListeners.delete(listener);
  }

  act(action: UiAction): Promise<void> {
    // The window says so by itself whenever it speaks another language: the agent has asked for nothing.
    if (action.do === "speak") {
      this.tongue = action.words;
      return Promise.resolve();
    }
    this.asked.push(action);
    if (action.do === "lookAtPeople" && action.shown) {
      this.answerFromDirectory(action);
    }
    // A UiError is what crosses from Rust: a plain object, not an Error.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    return this.refusal === null ? Promise.resolve() : Promise.reject(this.refusal);
  }

  readNumber(text: string): Promise<UiNumber> {
    this.read.push(text);
    return this.reading(text);
  }

  searchCalls(search: UiSearch): Promise<UiFound> {
    this.searched.push(search);
    if (this.refusal !== null) {
      // As in `act`.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      return Promise.reject(this.refusal);
    }
    return Promise.resolve(searchLikeTheHost(this.kept ?? this.snapshot.recents, search));
  }

  exportCalls(search: UiSearch): Promise<boolean> {
    this.exported.push(search);
    // As in `act`.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    return this.refusal === null ? Promise.resolve(this.choosesFile) : Promise.reject(this.refusal);
  }

  /** The phone's state changed. */
  show(snapshot: UiSnapshot): void {
    this.snapshot = snapshot;
    for (const listener of this.listeners) {
      listener(snapshot);
    }
  }

  /** What is known of experts changed. */
  showPeople(people: UiPeople): void {
    this.people = people;
    for (const listener of this.peopleListeners) {
      listener(people);
    }
  }

  private answerFromDirectory({ search, first, rows }: Extract<UiAction, { do: "lookAtPeople" }>): void {
    const { directory, people } = this;
    if (directory === null || people === null) {
      return;
    }
    const found = directory.filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()));
    queueMicrotask(() =>
      this.showPeople({ ...people, total: found.length, first, rows: found.slice(first, first + rows) }),
    );
  }
}
