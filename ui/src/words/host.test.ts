import { expect, it } from "vitest";

import { reachabilityWords } from "../account/words";
import { signInAdvice, signInSays } from "../account/signInWords";
import { endingAdvice, endingWords } from "../calls/endings";
import { figuresWords, qualityWords } from "../calls/soundWords";
import { kindWords, readingWords } from "../dial/words";
import { recent } from "../host/fake/moments";
import { person, signIn } from "../host/fake/office";
import { presenceWords, reasonWords } from "../people/presenceWords";
import { becameWords } from "../recents/outcome";
import { troubleAdvice, troubleWords } from "../transfer/troubleWords";
import { hearsWords } from "../transfer/words";
import { load } from "./languages";

// What the host tells by codes, said in two languages: that each code has its words is the compiler's to see.

it("says in German what the host tells", async () => {
  const words = await load("de");
  expect(reachabilityWords(words, "reachable")).toBe("Erreichbar");
  expect(endingWords(words, "hungUp")).toBe("Sie haben aufgelegt.");
  expect(endingAdvice(words, "busy")).toBe("Versuchen Sie es später noch einmal.");
  expect(endingAdvice(words, "hungUp")).toBeNull();
  expect(becameWords(words, recent({ outcome: "missed", reason: "callerGaveUp", talkedS: null }))).toMatch(/^Der Anrufer hat aufgelegt/);
  expect(becameWords(words, recent({ outcome: "interrupted", talkedS: null }))).toBe("Warmline wurde beendet, bevor Sie annehmen konnten.");
  expect(hearsWords(words, "music")).toBe("Hört Musik");
  expect(troubleWords(words, { kind: "expertGone", reason: "busy" })).toBe("Beim Experten ist besetzt.");
  expect(troubleWords(words, { kind: "expertGone", reason: "notFound" })).toBe("Unter dieser Nummer ist niemand zu erreichen.");
  expect(troubleAdvice(words, { kind: "customerGone" })).toBeNull();
  expect(presenceWords(words, person({ doing: "outOfOffice", outOfOffice: "bis Montag" }))).toBe("Nicht im Büro: bis Montag");
  expect(reasonWords(words, { why: "calledToday", times: 1 })).toBe("heute einmal angerufen");
  expect(figuresWords(words, { codec: "Opus", lostPercent: 5, jitterMs: 12, roundTripMs: null })).toMatch(/^Opus, 5,0.% verloren, Jitter 12.ms$/);
  expect(signInSays(words, signIn({ state: "signedOut", why: "refused", detail: "invalid_client" }))).toBe("Microsoft hat die Anmeldung abgelehnt (invalid_client).");
  expect(signInAdvice(words, signIn())).toBeNull();
});

it("says in Korean what the host tells", async () => {
  const words = await load("ko");
  expect(reachabilityWords(words, "refused")).toBe("연결되지 않음");
  expect(endingWords(words, "remoteHungUp")).toBe("상대방이 전화를 끊었습니다.");
  expect(hearsWords(words, "onHold")).toBe("보류 중");
  expect(hearsWords(words, null)).toBe("");
  expect(qualityWords(words, { trouble: null, level: "good" })).toBe("깨끗한 소리");
  expect(reasonWords(words, { why: "calledToday", times: 3 })).toBe("오늘 3번 전화함");
});

it("says of bad sound what helps", async () => {
  const words = await load("en");
  expect(qualityWords(words, { trouble: "lossUp", level: "fair" })).toBe("They may miss a word now and then");
  expect(qualityWords(words, { trouble: "lossUp", level: "poor" })).toBe("Your sound breaks up on the way to them");
  expect(qualityWords(words, { trouble: "longWay", level: "poor" })).toBe("Long delay in the network: let them finish");
});

it("says the country of a number in the language of the window", async () => {
  const words = await load("de");
  const reading = { kind: "telephone", to: "+4930901820", shown: "+49 30 901820", region: "DE" } as const;
  expect(readingWords(words, reading, 0)).toBe("+49 30 901820 · Deutschland");
  expect(kindWords(words, { ...reading, region: "001" })).toBe("International");
  expect(kindWords(words, { ...reading, region: "QQ" })).toBeNull();
});
