import { expect, it } from "vitest";

import { shared } from "./structure";

it("keeps what is equal as it was, at every depth", () => {
  const before = { calls: [{ id: 1, party: { name: "A" } }, { id: 2, party: { name: "B" } }], notices: [] };
  const after = { calls: [{ id: 1, party: { name: "A" } }, { id: 2, party: { name: "C" } }], notices: [] };
  const kept = shared(before, after);
  expect(kept).toEqual(after);
  expect(kept).not.toBe(before);
  expect(kept.calls[0]).toBe(before.calls[0]);
  expect(kept.calls[1]).not.toBe(before.calls[1]);
  expect(kept.notices).toBe(before.notices);
  expect(shared(before, structuredClone(before))).toBe(before);
});

it("takes lists that grow, shrink or move as they are", () => {
  expect(shared([1, 2], [1])).toEqual([1]);
  expect(shared([1], [1, 2])).toEqual([1, 2]);
  expect(shared([{ id: 1 }, { id: 2 }], [{ id: 2 }, { id: 1 }])).toEqual([{ id: 2 }, { id: 1 }]);
  expect(shared<unknown>([], {})).toEqual({});
  expect(shared<unknown>({ a: null }, { a: { b: 1 } })).toEqual({ a: { b: 1 } });
  expect(shared<unknown>({ a: undefined }, { b: undefined })).toEqual({ b: undefined });
});
