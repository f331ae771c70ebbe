import type { UiAction, UiError, UiFound, UiNumber, UiPeople, UiSearch, UiSnapshot } from "../ipc/bindings";
import type { Words } from "../words/words";

/** What is around the pages: the window in the product, a fake in tests. */
export interface Host {
  /** Hands over the present snapshot and every later one, until the returned function is called. */
  watch(listener: (snapshot: UiSnapshot) => void): () => void;
  /**
   * Hands over what the panel of experts shows, each time it looks different, until the returned function
   * is called. Nothing comes while nobody looks at it (`lookAtPeople`).
   */
  watchPeople(listener: (people: UiPeople) => void): () => void;
  /** Asks for something. Rejects with a `UiError`; success says only that it was understood. */
  act(action: UiAction): Promise<void>;
  /** Reads what stands in the call box as a number, without calling it. */
  readNumber(text: string): Promise<UiNumber>;
  /** A page of all calls that are kept, by what is looked for. Rejects with a `UiError`. */
  searchCalls(search: UiSearch): Promise<UiFound>;
  /**
   * Writes all that is found to a file that the agent is asked for, and says whether they chose one. Rejects
   * with a `UiError`.
   */
  exportCalls(search: UiSearch): Promise<boolean>;
}

/** What a rejected `act` says; a fault of the host itself becomes words too. */
export function asUiError({ say }: Words, thrown: unknown): UiError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as UiError;
  }
  return { code: "notPossible", message: say("shared.failed"), advice: say("shared.failedAdvice"), error: "page" };
}
