import { expect, it } from "vitest";

import { inView, kept, steady, step, toAsk, type Place, type Sizes } from "./places";

const sizes: Sizes = { best: 2, favourites: 0, recent: 1, all: 100 };
const place = (shelf: Place["shelf"], index: number): Place => ({ shelf, index });

it.each([
  [place("best", 0), "ArrowDown", place("best", 1)],
  [place("best", 1), "ArrowDown", place("recent", 0)],
  [place("recent", 0), "ArrowDown", place("all", 0)],
  [place("all", 0), "ArrowUp", place("recent", 0)],
  [place("best", 0), "ArrowUp", place("best", 0)],
  [place("best", 1), "PageDown", place("all", 7)],
  [place("all", 40), "PageUp", place("all", 31)],
  [place("all", 40), "Home", place("best", 0)],
  [place("best", 0), "End", place("all", 99)],
  [place("all", 99), "ArrowDown", place("all", 99)],
])("leads from %o by %s to %o", (from, key, to) => {
  expect(step(sizes, from, key, 9)).toEqual(to);
});

it("leads nowhere by another key, or where there is nobody", () => {
  expect(step(sizes, place("best", 0), "x", 9)).toBeNull();
  expect(step({ best: 0, favourites: 0, recent: 0, all: 0 }, place("all", 0), "End", 9)).toBeNull();
});

it("keeps the place, or the nearest there is", () => {
  expect(kept(sizes, place("all", 99))).toEqual(place("all", 99));
  expect(kept(sizes, place("all", 100))).toEqual(place("all", 99));
  expect(kept(sizes, place("favourites", 3))).toEqual(place("best", 0));
  expect(kept({ best: 0, favourites: 0, recent: 0, all: 5 }, place("best", 0))).toEqual(place("all", 0));
});

it("draws what is to be seen, with some to spare, and never beyond either end", () => {
  expect(inView(7_200, 720, 72, 10_000)).toEqual({ start: 94, end: 116 });
  expect(inView(-500, 720, 72, 10_000)).toEqual({ start: 0, end: 10 });
  expect(inView(7_200, 720, 72, 104)).toEqual({ start: 94, end: 104 });
  expect(inView(0, 720, 72, 0)).toEqual({ start: 0, end: 0 });
});

it("asks in steps, for all that is drawn", () => {
  expect(toAsk({ start: 0, end: 16 })).toEqual({ first: 0, rows: 40 });
  expect(toAsk({ start: 94, end: 116 })).toEqual({ first: 80, rows: 40 });
  for (let start = 0; start < 300; start += 7) {
    const { first, rows } = toAsk({ start, end: start + 30 });
    expect(first).toBeLessThanOrEqual(start);
    expect(first + rows).toBeGreaterThanOrEqual(start + 30);
  }
});

it("moves nobody under a pointer: who stays keeps their order, who is new comes last", () => {
  const people = (...ids: readonly string[]) => ids.map((id) => ({ id, at: ids.length }));
  const held = steady(people("a", "b", "c"), people("d", "c", "a"));
  expect(held.map(({ id }) => id)).toEqual(["a", "c", "d"]);
  // The person is the new one.
  expect(held).toEqual([
    { id: "a", at: 3 },
    { id: "c", at: 3 },
    { id: "d", at: 3 },
  ]);
});
