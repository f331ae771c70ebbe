import { createContext, useContext } from "react";

import type { UiAction, UiError } from "../ipc/bindings";

/** How the pages ask the host for something, and where a failure goes. */
export interface Act {
  /** Asks; a failure is shown above the calls. */
  readonly act: (action: UiAction) => void;
  /** Asks for what nobody pressed: an effect or a timer. What was said and shown before stays. */
  readonly quietly: (action: UiAction) => void;
  /** Shows a failure above the calls. */
  readonly fail: (error: UiError) => void;
}

export const ActContext = createContext<Act>({ act: () => undefined, quietly: () => undefined, fail: () => undefined });

export function useAct(): Act {
  return useContext(ActContext);
}
