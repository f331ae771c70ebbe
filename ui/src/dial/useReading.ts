import { useEffect, useState } from "react";

import type { Host } from "../host/host";
import type { UiNumber } from "../ipc/bindings";

/** How the host reads a text, and whether it is this text or, for a moment, the one before. */
export interface Reading {
  readonly number: UiNumber;
  readonly current: boolean;
}

/** Has the host read what is typed, once the hands rest. Of answers that cross, the last question's counts. */
export function useReading(host: Host, text: string): Reading | null {
  const [read, setRead] = useState<{ text: string; number: UiNumber } | null>(null);
  const wanted = text.trim() !== "";
  useEffect(() => {
    if (!wanted) {
      return undefined;
    }
    let asked = true;
    const timer = setTimeout(() => {
      host.readNumber(text).then(
        (number) => {
          if (asked) {
            setRead({ text, number });
          }
        },
        // Only a hint is missing then: dialling says what is wrong.
        () => undefined,
      );
    }, RESTED_MS);
    return () => {
      asked = false;
      clearTimeout(timer);
    };
  }, [host, text, wanted]);
  return wanted && read !== null ? { number: read.number, current: read.text === text } : null;
}

/** Shorter than a pause between two digits that is meant. */
const RESTED_MS = 100;
