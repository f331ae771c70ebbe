import { createContext, useContext } from "react";

import type { Host } from "../host/host";
import type { UiRecent } from "../ipc/bindings";

/** What every place needs where a number can be typed. */
export interface Dialling {
  readonly host: Host;
  /** Whether a call can go out now. */
  readonly reachable: boolean;
  /** Who may be found by name. */
  readonly recents: readonly UiRecent[];
  /** A call rings: nothing may lie over it. */
  readonly ringing: boolean;
}

export const DialContext = createContext<Dialling | null>(null);

export function useDialling(): Dialling {
  const dialling = useContext(DialContext);
  if (dialling === null) {
    throw new Error("a number can be typed inside the desk only");
  }
  return dialling;
}
