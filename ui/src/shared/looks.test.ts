import { expect, it } from "vitest";

// The styles as text, and no more than that: that high contrast, less motion, large letters and the other direction
// are thought of in every file. No test draws them. The real web view (tests/ui) draws light and dark colours, where
// axe-core measures contrast.
const files = Object.entries(
  import.meta.glob<string>(["../**/*.tsx", "!../**/*.test.*", "!../host/**"], { query: "?raw", import: "default", eager: true }),
);

const without = (has: RegExp, needs: RegExp) => files.filter(([, text]) => has.test(text) && !needs.test(text)).map(([path]) => path);

it("finds the pages", () => {
  expect(files.length).toBeGreaterThan(80);
});

it("says what stands still for who wants less motion", () => {
  expect(without(/transition(Property|Duration)?:|animation(Name)?:/, /prefers-reduced-motion: reduce/)).toEqual([]);
});

it("draws in high contrast what is a shadow otherwise", () => {
  expect(without(/boxShadow: (?!"none")/, /forced-colors: active/)).toEqual([]);
});

it("lets letters grow: their size comes from the theme", () => {
  const fixed = files.filter(([, text]) => /(fontSize|lineHeight): "\d/.test(text)).map(([path]) => path);
  // The letters on the keys of a telephone are decoration for the eye.
  expect(fixed).toEqual(["../calls/Keypad.tsx"]);
});

it("puts nothing to the left or right that belongs to the beginning or the end of a line", () => {
  expect(files.filter(([, text]) => /(margin|padding|border)(Left|Right)\b/.test(text)).map(([path]) => path)).toEqual([]);
});
