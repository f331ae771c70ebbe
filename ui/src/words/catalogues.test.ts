import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { expect, it } from "vitest";

import german from "./de.json";
import english from "./en.json";
import spanish from "./es.json";
import french from "./fr.json";
import japanese from "./ja.json";
import korean from "./ko.json";
import { LANGUAGES, type Language } from "./languages";

const catalogues: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: english,
  ko: korean,
  de: german,
  fr: french,
  es: spanish,
  ja: japanese,
};
const ids = Object.keys(english);

it.each(LANGUAGES)("has every message, in the order of English: %s", (language) => {
  expect(Object.keys(catalogues[language])).toEqual(ids);
});

it.each(LANGUAGES)("can be read, and asks for the values that English asks for: %s", (language) => {
  for (const [id, message] of Object.entries(catalogues[language])) {
    expect(values(parse(message)), id).toEqual(values(parse(catalogues.en[id] ?? "")));
  }
});

it.each(LANGUAGES)("tells one from many as the language does: %s", (language) => {
  const rules = new Intl.PluralRules(language);
  // What a language says of a million alone is asked of nobody here.
  const needed = new Set(Array.from({ length: 1_000 }, (_, count) => rules.select(count)));
  for (const [id, message] of Object.entries(catalogues[language])) {
    for (const categories of plurals(parse(message))) {
      expect(new Set(categories), id).toEqual(needed);
    }
  }
});

it.each(LANGUAGES)("is typed with care: %s", (language) => {
  for (const [id, message] of Object.entries(catalogues[language])) {
    expect(message, id).toBe(message.trim());
    // A straight apostrophe is no apostrophe, and before a value it would hide the value.
    expect(message, id).not.toMatch(/'| {2}|\.\.\./);
    if (language === "fr") {
      // No line begins with such a sign.
      expect(message, id).not.toMatch(/ [:;?!»%]|« /);
    }
  }
});

it.each(LANGUAGES)("ends a sentence where English does: %s", (language) => {
  for (const [id, message] of Object.entries(catalogues[language])) {
    const own = catalogues.en[id] ?? "";
    if (own.endsWith(".")) {
      expect(message, id).toMatch(/[.。:]$/);
    } else if (own.endsWith("?") && !id.startsWith("keys.")) {
      expect(message, id).toMatch(/\?$/);
    }
  }
});

/** The names of what stands in a message, each with its kind. */
function values(message: readonly MessageFormatElement[]): ReadonlySet<string> {
  const found = new Set<string>();
  every(message, (element) => {
    if (element.type !== TYPE.literal && element.type !== TYPE.pound) {
      found.add(`${TYPE[element.type]} ${element.value}`);
    }
  });
  return found;
}

function plurals(message: readonly MessageFormatElement[]): readonly (readonly string[])[] {
  const found: string[][] = [];
  every(message, (element) => {
    if (element.type === TYPE.plural) {
      found.push(Object.keys(element.options));
    }
  });
  return found;
}

function every(message: readonly MessageFormatElement[], visit: (element: MessageFormatElement) => void): void {
  for (const element of message) {
    visit(element);
    if (element.type === TYPE.plural || element.type === TYPE.select) {
      for (const { value } of Object.values(element.options)) {
        every(value, visit);
      }
    } else if (element.type === TYPE.tag) {
      every(element.children, visit);
    }
  }
}
