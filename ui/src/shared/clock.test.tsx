import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { active, held, recent, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";
import type { UiSnapshot } from "../ipc/bindings";
import { ClockContext, Elapsed, formatSeconds, useMinute } from "./clock";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

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

it("goes by one timer however many count, and by none while nothing does", () => {
  const { rerender, unmount } = render(<Elapsed sinceMs={0} />);
  expect(vi.getTimerCount()).toBe(1);
  rerender(
    <>
      <Elapsed sinceMs={0} />
      <Elapsed sinceMs={1} />
      <Elapsed sinceMs={2} />
    </>,
  );
  expect(vi.getTimerCount()).toBe(1);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
});

it("wakes once a minute for what goes by the clock on the wall, as the minute turns", () => {
  vi.setSystemTime("2026-03-02T10:41:50.000Z");
  const drawn: string[] = [];
  function Wall({ shown }: { shown: boolean }) {
    drawn.push(new Date(useMinute(shown)).toISOString().slice(11, 16));
    return null;
  }
  const { rerender } = render(<Wall shown />);
  pass(9_000);
  expect(drawn).toEqual(["10:41"]);
  pass(1_000);
  expect(drawn).toEqual(["10:41", "10:42"]);
  rerender(<Wall shown={false} />);
  expect(vi.getTimerCount()).toBe(0);
});

/** How often the computer is woken by the pages in a minute. */
function wakeUps(shown: UiSnapshot): number {
  renderApp(shown);
  // What the library does once is done.
  pass(60_000);
  const [later, again] = [vi.spyOn(globalThis, "setTimeout"), vi.spyOn(globalThis, "setInterval")];
  pass(60_000);
  expect(again).not.toHaveBeenCalled();
  return later.mock.calls.length;
}

it("leaves the computer asleep while nothing happens", () => {
  expect(wakeUps(snapshot())).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

it("wakes it once a minute for a list of calls", () => {
  expect(wakeUps(snapshot({ recents: [recent()] }))).toBe(1);
});

it("wakes it once a second for calls, however many", () => {
  expect(wakeUps(snapshot({ calls: [active(), held()] }))).toBe(60);
});

it("leaves it asleep behind the bar", () => {
  expect(wakeUps(scenes.barIdle ?? snapshot())).toBe(0);
});
