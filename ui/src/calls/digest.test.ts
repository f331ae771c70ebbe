import { expect, it } from "vitest";

import { scenes } from "../host/fake/scenes";
import { incoming } from "../host/fake/moments";
import { digest } from "./digest";

const few = incoming().details;
const many = scenes.incomingWithData?.calls[0]?.details ?? [];

it("shows everything that fits", () => {
  expect(digest(few, "full")).toEqual({ first: few, folded: false });
  expect(digest([], "little")).toEqual({ first: [], folded: false });
});

it("keeps the most telling and folds the rest", () => {
  expect(many).toHaveLength(8);
  expect(digest(many, "full").first.map(({ kind }) => kind)).toEqual(["queue", "subject", "diverted", "other"]);
  expect(digest(many, "little").first.map(({ kind }) => kind)).toEqual(["queue", "subject"]);
  expect(digest(few, "little")).toEqual({ first: few.slice(0, 2), folded: true });
  expect(digest(few, "none")).toEqual({ first: [], folded: true });
});

it("folds one value that is long", () => {
  const long = [{ kind: "other" as const, named: null, why: null, label: "Data", value: "x".repeat(160) }];
  expect(digest(long, "full")).toEqual({ first: long, folded: true });
});
