import { expect, it } from "vitest";

import { active, consulting, incoming, outgoing } from "../host/fake/moments";
import { lars, ozlem, peopleInCall, person } from "../host/fake/office";
import { ageWords, facts, inHand, localTimeWords, meetingWords, pressWords, whyNot } from "./words";

const alone = { calls: [], transfers: [] };

it.each([
  [0, "as of now"],
  [12, "as of 12 s"],
  [59, "as of 59 s"],
  [60, "as of 1 min"],
  [3_599, "as of 59 min"],
  [7_300, "as of 2 h"],
])("says an age of %i s", (seconds, words) => {
  expect(ageWords(seconds)).toBe(words);
});

it("asks about the call that both the phone and the experts have in hand", () => {
  expect(inHand(peopleInCall(), { ...alone, calls: [active()] })).toEqual({ kind: "customer", call: 1, who: "Mina Kowalski" });
  expect(inHand(peopleInCall(), alone)).toEqual({ kind: "nobody" });
  expect(inHand(null, { ...alone, calls: [active()] })).toEqual({ kind: "nobody" });
  expect(inHand(peopleInCall({ call: 7 }), { ...alone, calls: [active()] })).toEqual({ kind: "nobody" });
  expect(inHand(peopleInCall(), { ...alone, calls: [incoming()] })).toEqual({ kind: "nobody" });
});

it("says why nobody can be asked now", () => {
  const asking = inHand(peopleInCall(), { calls: [active()], transfers: [consulting()] });
  expect(whyNot(person(), asking)).toBe("You are asking Nadia Haddad already. Go back first.");
  const completing = inHand(peopleInCall(), { calls: [active()], transfers: [consulting({ phase: "completing" })] });
  expect(whyNot(person(), completing)).toMatch(/once the phone system has answered/);
  expect(whyNot(person(), inHand(peopleInCall({ call: 2 }), { ...alone, calls: [outgoing()] }))).toMatch(/once the call is answered/);
  expect(whyNot(person(), inHand(peopleInCall(), { ...alone, calls: [active({ recovering: true })] }))).toMatch(/taken up again/);
  expect(whyNot(lars, { kind: "nobody" })).toBe("No number is known");
  expect(whyNot(person(), { kind: "nobody" })).toBeNull();
});

it("names what pressing does", () => {
  expect(pressWords(ozlem, { kind: "nobody" })).toBe("Call Özlem Çelik");
  expect(pressWords(ozlem, { kind: "customer", call: 1, who: "Mina" })).toBe("Ask Özlem Çelik");
});

it("writes times of day as the agent reads them", () => {
  const noon = Date.UTC(2026, 10, 30, 12, 0);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(localTimeWords("Asia/Kathmandu", noon, "en-GB")).toBe("17:45 there");
  expect(localTimeWords(here, noon, "en-GB")).toBeNull();
  expect(localTimeWords("Nowhere/Atall", noon, "en-GB")).toBeNull();
  expect(localTimeWords(null, noon, "en-GB")).toBeNull();
  expect(meetingWords(noon - 1, noon, "en-GB")).toBe("In a meeting");
  expect(meetingWords(noon + 30 * 60_000, noon, "en-GB")).toMatch(/^Meeting at \d\d:30$/);
  expect(meetingWords(noon + 20 * 3_600_000, noon, "en-GB")).toBeNull();
});

it("lists what is known, and marks a number that nobody has verified", () => {
  const now = Date.now();
  expect(facts(person({ statusMessage: "Back at ten" }), false, now, "en-GB")).toEqual(["+49 30 5550 2010", "Billing", "Refunds", "“Back at ten”"]);
  expect(facts(ozlem, false, now, "en-GB")[0]).toBe("+49 30 5550 2044 (unverified)");
  expect(facts(lars, false, now, "en-GB")[0]).toBe("No number");
  const ranked = person({ reasons: [{ words: "free", favours: true }] });
  expect(facts(ranked, true, now, "en-GB")[0]).toBe("free");
});
