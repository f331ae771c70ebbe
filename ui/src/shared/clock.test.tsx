import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { ClockContext, Elapsed, formatSeconds } from "./clock";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const pass = (ms: number) =>
  act(() => {
    vi.advanceTimersByTime(ms);
  });

it.each([
  [0, "0:00"],
  [7, "0:07"],
  [65, "1:05"],
  [3725, "1:02:05"],
])("writes %i seconds as %s", (seconds, written) => {
  expect(formatSeconds(seconds)).toBe(written);
});

it("counts on by itself from what the phone's clock said", () => {
  render(
    <ClockContext value={{ nowMs: 10_000, arrivedAtMs: performance.now() }}>
      <Elapsed sinceMs={4_000} />
    </ClockContext>,
  );
  expect(screen.getByRole("timer").textContent).toBe("0:06");
  pass(1_900);
  expect(screen.getByRole("timer").textContent).toBe("0:07");
  pass(60_000);
  expect(screen.getByRole("timer").textContent).toBe("1:07");
});

it("never shows a time before the beginning", () => {
  render(
    <ClockContext value={{ nowMs: 1_000, arrivedAtMs: performance.now() }}>
      <Elapsed sinceMs={4_000} />
    </ClockContext>,
  );
  expect(screen.getByRole("timer").textContent).toBe("0:00");
});
