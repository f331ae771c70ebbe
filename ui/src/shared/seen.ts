import { useEffect, useState } from "react";

/**
 * Whether `shown` has stood there for as long as it takes to see it. A press before that may have been meant for
 * what stood in its place. `before` needs no time: it was there when the window was.
 */
export function useSeen<T>(shown: T, afterMs: number, before: T | null = null): boolean {
  const [seen, setSeen] = useState<T | null>(before);
  useEffect(() => {
    const timer = setTimeout(() => setSeen(shown), afterMs);
    return () => clearTimeout(timer);
  }, [shown, afterMs]);
  return seen === shown;
}
