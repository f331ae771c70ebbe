import { expect, it } from "vitest";

import { active, consulting, incoming, outgoing } from "../host/fake/moments";
import { lars, ozlem, peopleInCall, person } from "../host/fake/office";
import { inEnglish } from "../words/words";
import { ageWords, facts, inHand, localTimeWords, meetingWords, pressWords, whyNot } from "./words";

const words = inEnglish("en-GB");

const alone = { calls: [], transfers: [] };

it.each([
  [0, "as of now"],
  [12, "as of 12 s"],
  [59, "as of 59 s"],
  [60, "as of 1 min"],
  [3_599, "as of 59 min"],
  [7_300, "as of 2 h"],
])("says an age of %i s", (seconds, said) => {
  expect(ageWords(words, seconds)).toBe(said);
});

it("asks about the call that both the phone and the experts have in hand", () => {
  expect(inHand(words, peopleInCall(), { ...alone, calls: [active()] })).toEqual({ kind: "customer", call: 1, who: "Mina Kowalski" });
  expect(inHand(words, peopleInCall(), alone)).toEqual({ kind: "nobody" });
  expect(inHand(words, null, { ...alone, calls: [active()] })).toEqual({ kind: "nobody" });
  expect(inHand(words, peopleInCall({ call: 7 }), { ...alone, calls: [active()] })).toEqual({ kind: "nobody" });
  expect(inHand(words, peopleInCall(), { ...alone, calls: [incoming()] })).toEqual({ kind: "nobody" });
});

it("says why nobody can be asked now", () => {
  const asking = inHand(words, peopleInCall(), { calls: [active()], transfers: [consulting()] });
  expect(whyNot(words, person(), asking)).toBe("You are asking Nadia Haddad already. Go back first.");
  const completing = inHand(words, peopleInCall(), { calls: [active()], transfers: [consulting({ phase: "completing" })] });
  expect(whyNot(words, person(), completing)).toMatch(/once the phone system has answered/);
  expect(whyNot(words, person(), inHand(words, peopleInCall({ call: 2 }), { ...alone, calls: [outgoing()] }))).toMatch(/once the call is answered/);
  expect(whyNot(words, person(), inHand(words, peopleInCall(), { ...alone, calls: [active({ recovering: true })] }))).toMatch(/taken up again/);
  expect(whyNot(words, lars, { kind: "nobody" })).toBe("No number is known");
  expect(whyNot(words, person(), { kind: "nobody" })).toBeNull();
});

it("names what pressing does", () => {
  expect(pressWords(words, ozlem, { kind: "nobody" })).toBe("Call Özlem Çelik");
  expect(pressWords(words, ozlem, { kind: "customer", call: 1, who: "Mina" })).toBe("Ask Özlem Çelik");
});

it("writes times of day as the agent reads them", () => {
  const noon = Date.UTC(2026, 10, 30, 12, 0);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(localTimeWords(words, "Asia/Kathmandu", noon)).toBe("17:45 there");
  expect(localTimeWords(words, here, noon)).toBeNull();
  expect(localTimeWords(words, "Nowhere/Atall", noon)).toBeNull();
  expect(localTimeWords(words, null, noon)).toBeNull();
  expect(meetingWords(words, noon - 1, noon)).toBe("In a meeting");
  expect(meetingWords(words, noon + 30 * 60_000, noon)).toMatch(/^Meeting at \d\d:30$/);
  expect(meetingWords(words, noon + 20 * 3_600_000, noon)).toBeNull();
});

it("lists what is known, and marks a number that nobody has verified", () => {
  const now = Date.now();
  expect(facts(words, person({ statusMessage: "Back at ten" }), false, now)).toEqual(["+49 30 5550 2010", "Billing", "Refunds", "“Back at ten”"]);
  expect(facts(words, ozlem, false, now)[0]).toBe("+49 30 5550 2044 (unverified)");
  expect(facts(words, lars, false, now)[0]).toBe("No number");
  const ranked = person({ reasons: [{ why: "free" }] });
  expect(facts(words, ranked, true, now)[0]).toBe("free now");
});
