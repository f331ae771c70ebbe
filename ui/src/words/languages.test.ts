import { expect, it } from "vitest";

import { choose, load } from "./languages";

it.each([
  [null, ["ko-KR", "en-US"], { language: "ko", locale: "ko-KR" }],
  [null, ["de-AT"], { language: "de", locale: "de-AT" }],
  [null, ["pt-BR", "es-MX", "en-US"], { language: "es", locale: "es-MX" }],
  [null, ["nl", "fi"], { language: "en", locale: "en-GB" }],
  [null, [], { language: "en", locale: "en-GB" }],
  [null, ["en", "en-US"], { language: "en", locale: "en-US" }],
  [null, ["c.utf-8", "fr"], { language: "fr", locale: "fr-FR" }],
  ["ja", ["ko-KR"], { language: "ja", locale: "ja-JP" }],
  ["en", ["ko-KR", "en-AU"], { language: "en", locale: "en-AU" }],
  ["tlh", ["ko-KR"], { language: "ko", locale: "ko-KR" }],
])("chooses by what is wanted, %j, then by what the system speaks: %j", (wanted, system, choice) => {
  expect(choose(wanted, system)).toEqual(choice);
});

it("reads a language once", async () => {
  const words = await load("ko");
  expect(words.say("calls.hold")).toBe("보류");
  expect(await load("ko")).toBe(words);
});

it("writes dates, numbers and lists as the language does", async () => {
  const [german, korean] = [await load("de"), await load("ko")];
  expect(german.say("calls.sound.gapS", { seconds: 1.4 })).toBe("längste Lücke 1,4\u00a0s");
  expect(german.list(["Mina", "Jonas", "Nadia"])).toBe("Mina, Jonas und Nadia");
  expect(korean.list(["Mina", "Jonas"])).toBe("Mina 및 Jonas");
  expect((await load("en")).say("dial.matching", { count: 1 })).toBe("1 recent call matches.");
});

it("throws while it is made when a value is missing", async () => {
  const words = await load("en");
  expect(() => words.say("calls.callAgain")).toThrow(/who/);
});
