import { screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { peopleIn } from "../host/fake/officeScenes";
import { renderApp } from "../host/fake/renderApp";
import { snapshot } from "../host/fake/moments";
import { scenes } from "../host/fake/scenes";
import catalogue from "./en.json";
import { LANGUAGES, load } from "./languages";
import type { WordId } from "./words";

afterEach(() => {
  document.documentElement.removeAttribute("lang");
  document.documentElement.removeAttribute("dir");
});

async function show(name: string, language: string) {
  await load(language);
  return renderApp(scenes[name] ?? snapshot(), peopleIn[name] ?? null, language);
}

const button = (name: string) => screen.getByRole("button", { name });

it.each(LANGUAGES)("speaks from the first picture on: %s", async (language) => {
  const words = await load(language);
  const { user, container } = await show("active", language);
  expect(document.documentElement.lang).toBe(words.locale);
  for (const id of ["calls.mute", "calls.hold", "calls.transfer", "calls.keypad", "calls.sound", "calls.hangUp"] as const) {
    expect(button(words.say(id))).toBeTruthy();
  }
  await user.click(button(words.say("calls.transfer")));
  expect(container.textContent).toContain(words.say("transfer.whoHelps", { who: "Mina Kowalski" }));
});

it.each(LANGUAGES.flatMap((language) => ["incoming", "consulting", "firstRun"].map((scene) => [language, scene] as const)))(
  "has every word of a scene: %s, %s",
  async (language, scene) => {
    const { container } = await show(scene, language);
    const [english, words] = [await load("en"), await load(language)];
    const plain = (Object.keys(catalogue) as WordId[]).filter((id) => !/[{<]/.test(catalogue[id]));
    expect(plain.some((id) => container.textContent.includes(words.say(id)))).toBe(true);
    // Where a word is missing stands its English, or its id.
    const left = plain.filter((id) => catalogue[id].length > 12 && words.say(id) !== english.say(id) && container.textContent.includes(english.say(id)));
    expect(left).toEqual([]);
    expect(plain.filter((id) => container.textContent.includes(id))).toEqual([]);
  },
);

it("speaks another language once it is read", async () => {
  renderApp(snapshot(), null, "fr-CA");
  expect(await screen.findByText("Prêt à recevoir des appels")).toBeTruthy();
  expect(document.documentElement.lang).toBe("fr-CA");
});

it.each(["incomingWithData", "poor", "two", "consulting", "maybeVoicemail", "completing", "groupOfThree", "recordedGroup", "referral", "recovery", "recents", "history", "offline", "firstRun", "noPassword", "signInDeviceCode", "severalCustomers", "closing", "idle", "quiet", "dialRequest", "dialRequestInCall", "dialRequestOffline", "ended", "fair", "transferFailed", "groupInstead", "recordingFailed", "signInBrowser", "signInNoKeychain", "signInNotProvisioned", "signedOutInCall", "noMicrophone", "cardFailed"])(
  "says nothing that is not in the catalogue: %s",
  async (scene) => {
    await show(scene, "en-XA");
    expect(said(scene).filter(isPlain)).toEqual([]);
  },
);

it("says nothing of experts that is not in the catalogue", async () => {
  const { user } = await show("expertsInCall", "en-XA");
  await user.keyboard("{Control>}e{/Control}");
  expect(said("expertsInCall").filter(isPlain)).toEqual([]);
});

it("hands the words of tray and notifications over, in its language", async () => {
  const { host } = await show("active", "ja");
  expect(host.tongue).toMatchObject({ mute: "ミュート", incoming: "着信" });
  expect(Object.values(host.tongue ?? {}).every((said) => said.length > 0 && said.length <= 80)).toBe(true);
});

it("runs from right to left where the language does", async () => {
  const { container } = await show("consulting", "ar-XB");
  expect(document.documentElement.dir).toBe("rtl");
  expect(container.firstElementChild?.getAttribute("dir")).toBe("rtl");
});

/** Has a word without an accent, which no word of the catalogue is. */
function isPlain(text: string): boolean {
  return /(?<!\p{L})[A-Za-z]{3,}(?!\p{L})/u.test(text);
}

/** What is to be read and heard, without what people and servers have said and how the system writes times and countries. */
function said(scene: string): readonly string[] {
  const theirs = theirsIn([scenes[scene], peopleIn[scene]]).sort((one, other) => other.length - one.length);
  const texts = [...document.body.querySelectorAll("*")].flatMap((element) => {
    const own = element.closest("time, pre, [lang=en], option[lang]") === null ? [...element.childNodes].filter((node) => node instanceof Text).map((node) => node.data) : [];
    // A badge that nobody hears of has a name from the library.
    const attributes = element.closest("[aria-hidden=true]") !== null ? [] : ["aria-label", "title", "placeholder", "aria-valuetext", "aria-description"].flatMap((name) => element.getAttribute(name) ?? []);
    return [...own, ...attributes];
  });
  const system = /\p{L}+, \d+ \p{L}+ \d{4} at [\d:]+|\bGermany\b/u;
  return texts.map((text) =>
    theirs.reduce((left, word) => left.replaceAll(new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi"), "·"), text.replace(system, "")),
  );
}

/** Every text in a value, at any depth, that somebody has said, written or named. Codes of the host are no texts. */
function theirsIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") {
    return !THEIRS.has(key) || value.length < 2 ? [] : [value, ...value.split(/\s+/).filter((word) => word.length > 2)];
  }
  if (Array.isArray(value)) {
    return value.flatMap((one) => theirsIn(one, key));
  }
  return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([name, one]) => theirsIn(one, name)) : [];
}

/** What of a snapshot comes from people, servers, devices and files. */
const THEIRS: ReadonlySet<string> = new Set([
  ...["name", "number", "address", "username", "customer", "queue", "shown", "to", "code", "codec", "page", "path", "example", "recordings"],
  ...["label", "value", "title", "skills", "skill", "statusMessage", "outOfOffice", "permissions", "reply", "text", "tried", "note"],
  ...["managedBy", "version", "system", "logFolder"],
]);
