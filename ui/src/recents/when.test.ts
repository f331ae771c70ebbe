import { expect, it } from "vitest";

import { inEnglish } from "../words/words";
import { howLong, when, whenInFull } from "./when";

const words = inEnglish("en-GB");

const now = Date.UTC(2026, 10, 25, 15, 30);
const at = ([year, month, day, hour, minute]: readonly [number, number, number, number, number]) =>
  when(Date.UTC(year, month, day, hour, minute), now, "en-GB", "UTC");

it.each([
  [[2026, 10, 25, 10, 42], "10:42"],
  [[2026, 10, 25, 0, 0], "00:00"],
  [[2026, 10, 24, 23, 59], "Yesterday"],
  [[2026, 10, 23, 23, 59], "23 Nov"],
  [[2025, 10, 12, 9, 0], "12 Nov 2025"],
] as const)("says when %j was", (time, said) => {
  expect(at(time)).toBe(said);
});

it("goes by the calendar of the place, not by hours", () => {
  const late = Date.UTC(2026, 10, 24, 23, 30);
  expect(when(late, now, "en-GB", "UTC")).toBe("Yesterday");
  expect(when(late, now - 3_600_000, "en-GB", "Asia/Seoul")).toBe("08:30");
  // The night in which clocks go back has 25 hours.
  expect(when(Date.UTC(2026, 9, 24, 21, 30), Date.UTC(2026, 9, 25, 22, 30), "en-GB", "Europe/Berlin")).toBe("Yesterday");
  expect(when(Date.UTC(2025, 11, 31, 12), Date.UTC(2026, 0, 1, 12), "en-GB", "UTC")).toBe("Yesterday");
});

it("writes times as the system does", () => {
  expect(when(Date.UTC(2026, 10, 25, 13, 5), now, "en-US", "UTC").replace(/\s/u, " ")).toBe("1:05 PM");
  expect(whenInFull(now, "en-GB", "UTC")).toMatch(/^Wednesday,? 25 November 2026(,| at) 15:30$/);
});

it.each([
  [0, "0 s"],
  [59, "59 s"],
  [192, "3 min"],
  [3_900, "1 h 5 min"],
  [7_199, "2 h 0 min"],
])("says %i seconds as %s", (seconds, said) => {
  expect(howLong(words, seconds)).toBe(said);
});
