import { expect, it } from "vitest";

import { choosable, device } from "../host/fake/moments";
import { inEnglish } from "../words/words";
import { choiceWords, EVERYWHERE, ringChoices, troubleWords } from "./words";

const words = inEnglish("en-GB");

const speakers = choosable().choices?.speakers ?? [];

it("says which device is chosen", () => {
  expect(choiceWords(words, device(), speakers)).toBe("System default (Desk headset)");
  expect(choiceWords(words, device({ chosen: "laptop" }), speakers)).toBe("Laptop speakers");
  expect(choiceWords(words, device({ chosen: "gone" }), speakers)).toBe("The one you chose (not connected)");
  expect(choiceWords(words, device(), [])).toBe("System default (Desk headset)");
  expect(choiceWords(words, device({ name: null }), [])).toBe("System default");
});

it("does without a list as long as there is none", () => {
  expect(choiceWords(words, device({ chosen: "laptop", name: "Laptop speakers" }), null)).toBe("Laptop speakers");
  expect(choiceWords(words, device({ chosen: "gone", name: "Another", state: "standIn" }), null)).toBe(
    "The one you chose (not connected)",
  );
});

it("offers to ring on all devices, first", () => {
  const choices = ringChoices(words, speakers);
  expect(choices?.map(({ name }) => name)).toEqual(["All devices", ...speakers.map(({ name }) => name)]);
  expect(ringChoices(words, null)).toBeNull();
  const everywhere = device({ chosen: EVERYWHERE });
  expect(choiceWords(words, everywhere, choices)).toBe("All devices");
  expect(choiceWords(words, everywhere, null)).toBe("All devices");
});

it("says what is wrong and what to do", () => {
  expect(troubleWords(words, "speaker", device({ state: "inUse" }))).toBeNull();
  expect(troubleWords(words, "speaker", device({ state: "closed" }))).toBeNull();
  expect(troubleWords(words, "microphone", device({ chosen: "gone", state: "standIn", name: "Laptop microphone" }))).toBe(
    "The microphone you chose is not connected. Laptop microphone stands in until it is back.",
  );
  expect(troubleWords(words, "microphone", device({ state: "standIn", name: "Laptop microphone" }))).toBe(
    "The system’s default microphone cannot be used. Laptop microphone stands in until it is back.",
  );
  expect(troubleWords(words, "ringer", device({ state: "missing" }))).toBe(
    "There is nothing to ring on: calls come in silently. Plug in a headset: it is used at once.",
  );
});
