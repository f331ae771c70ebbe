import { expect, it } from "vitest";

import { inEnglish } from "../words/words";
import { device, active, inUse, snapshot } from "./fake/moments";
import { next } from "./shown";

const words = inEnglish("en-GB");

const talking = (nowMs: number, levelPercent: number) =>
  snapshot({ nowMs, calls: [active()], sound: inUse({ microphone: device({ state: "inUse", levelPercent }) }) });

it("draws nothing anew while only levels change and time passes as it should", () => {
  const before = next(words, null, talking(600_000, 10), 5_000);
  expect(next(words, before, talking(600_100, 80), 5_100)).toBe(before);
});

it("follows the phone's clock when it has gone another way, as after sleep", () => {
  const before = next(words, null, talking(600_000, 10), 5_000);
  const after = next(words, before, talking(900_000, 10), 5_100);
  expect(after.clock).toEqual({ nowMs: 900_000, arrivedAtMs: 5_100 });
  expect(after.snapshot).toBe(before.snapshot);
});

it("keeps the calls that have not changed", () => {
  const before = next(words, null, snapshot({ calls: [active(), active({ id: 2 })] }), 0);
  const after = next(words, before, snapshot({ calls: [active(), active({ id: 2, muted: true })] }), 0);
  expect(after.snapshot.calls[0]).toBe(before.snapshot.calls[0]);
  expect(after.snapshot.calls[1]?.muted).toBe(true);
  expect(after.announcements).toEqual([{ text: "Muted.", urgent: false }]);
});
