import { useSecondsSince } from "./clock";

/** Seconds left until a moment on the phone's clock; `words` says them. */
export function Countdown({ toMs, words }: { toMs: number; words: (left: number) => string }) {
  const left = Math.max(0, -useSecondsSince(toMs));
  return <span role="timer">{words(left)}</span>;
}
