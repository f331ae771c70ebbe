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
  return useSyncExternalStore(everyTick, () =>
    Math.floor((clock.nowMs + performance.now() - clock.arrivedAtMs - momentMs) / 1000),
  );
}

/** The wall clock, to the minute: milliseconds since 1970 (UTC). */
export function useMinute(): number {
  return useSyncExternalStore(everyTick, () => Math.floor(Date.now() / 60_000) * 60_000);
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

/** Short enough that a second is never shown late by much. */
const TICK_MS = 200;

function everyTick(tick: () => void): () => void {
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
}
