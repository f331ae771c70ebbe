import { createContext, useContext, useSyncExternalStore } from "react";

/** The phone's clock: what it said last, and when that arrived here. */
export interface PhoneClock {
  readonly nowMs: number;
  /** `performance.now()` on arrival. */
  readonly arrivedAtMs: number;
}

export const ClockContext = createContext<PhoneClock>({ nowMs: 0, arrivedAtMs: 0 });

/** Whether two readings belong to one clock: it has only gone on. */
export function agrees(before: PhoneClock, after: PhoneClock): boolean {
  const expected = before.nowMs + after.arrivedAtMs - before.arrivedAtMs;
  return Math.abs(after.nowMs - expected) < UNSEEN_MS;
}

/** Whole seconds from a moment on the phone's clock until now: negative before it. Counts by itself. */
export function useSecondsSince(momentMs: number): number {
  const clock = useContext(ClockContext);
  return useSyncExternalStore(seconds, () =>
    Math.floor((clock.nowMs + performance.now() - clock.arrivedAtMs - momentMs) / 1000),
  );
}

/** The wall clock, to the minute: milliseconds since 1970 (UTC). It goes on while somebody looks: `shown`. */
export function useMinute(shown: boolean): number {
  return useSyncExternalStore(shown ? minutes : never, () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS);
}

/** A running or finished time, as m:ss. */
export function Elapsed({ sinceMs, untilMs, className }: { sinceMs: number; untilMs?: number; className?: string }) {
  const running = useSecondsSince(sinceMs);
  const seconds = Math.max(0, untilMs === undefined ? running : Math.floor((untilMs - sinceMs) / 1000));
  return (
    <time role="timer" className={className} dateTime={`PT${seconds}S`}>
      {formatSeconds(seconds)}
    </time>
  );
}

/** 7 → 0:07, 3725 → 1:02:05. */
export function formatSeconds(total: number): string {
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** A snapshot may be underway for so long; a timer does not show it. */
const UNSEEN_MS = 150;

const SECOND_MS = 1_000;

const MINUTE_MS = 60_000;

/** One timer for everything that counts seconds: all go on together, none by more than a second late. */
const seconds = turns(SECOND_MS, () => performance.now());

/** One timer for everything that goes by the clock on the wall. */
const minutes = turns(MINUTE_MS, () => Date.now());

/**
 * Tells everybody at each turn of a clock. A window in which nothing counts must not wake the computer: there is
 * no timer while nobody listens, and one however many do.
 */
function turns(lengthMs: number, readMs: () => number): (told: () => void) => () => void {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    timer = setTimeout(turn, lengthMs - (readMs() % lengthMs));
  };
  const turn = () => {
    wait();
    for (const told of [...listeners]) {
      told();
    }
  };
  return (told) => {
    listeners.add(told);
    if (listeners.size === 1) {
      wait();
    }
    return () => {
      listeners.delete(told);
      if (listeners.size === 0) {
        clearTimeout(timer);
      }
    };
  };
}

function never(): () => void {
  return () => undefined;
}
