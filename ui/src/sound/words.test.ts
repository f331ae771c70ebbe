import { expect, it } from "vitest";

import { choosable, device } from "../host/fake/moments";
import { choiceWords, EVERYWHERE, ringChoices, troubleWords } from "./words";

const speakers = choosable().choices?.speakers ?? [];

it("says which device is chosen", () => {
  expect(choiceWords(device(), speakers)).toBe("System default (Desk headset)");
  expect(choiceWords(device({ chosen: "laptop" }), speakers)).toBe("Laptop speakers");
  expect(choiceWords(device({ chosen: "gone" }), speakers)).toBe("The one you chose (not connected)");
  expect(choiceWords(device(), [])).toBe("System default (Desk headset)");
  expect(choiceWords(device({ name: null }), [])).toBe("System default");
});

it("does without a list as long as there is none", () => {
  expect(choiceWords(device({ chosen: "laptop", name: "Laptop speakers" }), null)).toBe("Laptop speakers");
  expect(choiceWords(device({ chosen: "gone", name: "Another", state: "standIn" }), null)).toBe(
    "The one you chose (not connected)",
  );
});

it("offers to ring on all devices, first", () => {
  const choices = ringChoices(speakers);
  expect(choices?.map(({ name }) => name)).toEqual(["All devices", ...speakers.map(({ name }) => name)]);
  expect(ringChoices(null)).toBeNull();
  const everywhere = device({ chosen: EVERYWHERE });
  expect(choiceWords(everywhere, choices)).toBe("All devices");
  expect(choiceWords(everywhere, null)).toBe("All devices");
});

it("says what is wrong and what to do", () => {
  expect(troubleWords("speaker", device({ state: "inUse" }))).toBeNull();
  expect(troubleWords("speaker", device({ state: "closed" }))).toBeNull();
  expect(troubleWords("microphone", device({ chosen: "gone", state: "standIn", name: "Laptop microphone" }))).toBe(
    "The microphone you chose is not connected. Laptop microphone stands in until it is back.",
  );
  expect(troubleWords("microphone", device({ state: "standIn", name: "Laptop microphone" }))).toBe(
    "The system's default microphone cannot be used. Laptop microphone stands in until it is back.",
  );
  expect(troubleWords("ringer", device({ state: "missing" }))).toBe(
    "There is nothing to ring on: calls come in silently. Plug in a headset: it is used at once.",
  );
});
