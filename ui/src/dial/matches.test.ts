import { expect, it } from "vitest";

import { recent } from "../host/fake/moments";
import type { UiParty, UiRecent } from "../ipc/bindings";
import { isName, matches } from "./matches";

const called = (id: number, name: string | null, number: string): UiRecent =>
  recent({ id, party: { name, number, address: `sip:${number}@contact.example` } satisfies UiParty });

const recents = [
  called(1, "Mina Kowalski", "+49 30 5550 1234"),
  called(2, "Özlem Çelik", "2044"),
  called(3, "Søren Łęcki-Straßmann", "+48 22 555 01 10"),
  called(4, null, "+44 20 7946 0958"),
  called(5, "Mina Kowalski", "+49 30 5550 1234"),
  called(6, null, "alice@partner.example"),
  called(7, "大島 美波", "+81 3 5550 0123"),
];
const found = (text: string) => matches(recents, text).map(({ id }) => id);

it.each([
  ["mina", [1]],
  ["KOWAL", [1]],
  ["kow min", [1]],
  ["inaK", []],
  ["ozlem celik", [2]],
  ["Çel", [2]],
  ["soren lecki", [3]],
  ["strass", [3]],
  ["straß", [3]],
  ["大島", [7]],
])("finds names by the beginnings of their words: %s", (text, ids) => {
  expect(found(text)).toEqual(ids);
});

it.each([
  ["+49 30 5550", [1]],
  ["49305550", [1]],
  ["030/5550-1234", [1]],
  ["0049 30", [1]],
  ["1234", [1]],
  ["(020) 7946", [4]],
  ["2044", [2]],
  ["20", [2, 4]],
  ["999", []],
  ["ali", [6]],
  ["alice@partner", [6]],
])("finds numbers by their digits: %s", (text, ids) => {
  expect(found(text)).toEqual(ids);
});

it("offers everybody once when nothing is typed, and not more than can be looked through", () => {
  expect(found("")).toEqual([1, 2, 3, 4, 6, 7]);
  expect(found("  ")).toEqual([1, 2, 3, 4, 6, 7]);
  const many = Array.from({ length: 50 }, (_, id) => called(id, null, `+49 30 5550 ${1000 + id}`));
  expect(matches(many, "5550")).toHaveLength(6);
});

it("takes the zeros of a short number for what they are", () => {
  expect(matches([called(1, null, "0"), called(2, null, "007")], "0").map(({ id }) => id)).toEqual([1, 2]);
});

it("tells names from what can be dialled", () => {
  expect(["mina", "Özlem 2"].map(isName)).toEqual([true, true]);
  expect(["", "2044", "+49 30", "alice@partner.example", "sip:alice"].map(isName)).toEqual([false, false, false, false, false]);
});
