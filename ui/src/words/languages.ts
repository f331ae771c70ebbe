import { useEffect, useLayoutEffect, useState } from "react";

import { inEnglish, Words, type Catalogue } from "./words";

/** The languages there are, each with the region that it is written for where the system names none. */
const regions = { en: "en-GB", ko: "ko-KR", de: "de-DE", fr: "fr-FR", es: "es-ES", ja: "ja-JP" } as const;

export type Language = keyof typeof regions;

export const LANGUAGES = Object.keys(regions) as readonly Language[];

/** A language, and whose dates and numbers go with it. */
export interface Choice {
  readonly language: Language;
  readonly locale: string;
}

/**
 * What to speak: what the agent wants, else the first of the system's languages that there is, else
 * English. How dates and numbers are written follows the system where it names a region for that language.
 */
export function choose(wanted: string | null, system: readonly string[]): Choice {
  const tags = [...(wanted === null ? [] : [wanted]), ...system];
  const language = tags.map(languageOf).find((found) => found !== null) ?? "en";
  const theirs = tags.find((tag) => languageOf(tag) === language && new Intl.Locale(tag).region !== undefined);
  return { language, locale: theirs ?? regions[language] };
}

/** Has a language at hand. Only English comes with the page; another is read when it is wanted first. */
export async function load(wanted: string | null, system: readonly string[] = navigator.languages): Promise<Words> {
  if (import.meta.env.DEV && wanted !== null && (wanted === "en-XA" || wanted === "ar-XB")) {
    const { pseudo } = await import("./pseudo");
    return keep(wanted, pseudo(wanted));
  }
  const { language, locale } = choose(wanted, system);
  const known = loaded.get(locale);
  return known ?? keep(locale, language === "en" ? inEnglish(locale) : new Words(locale, await catalogues[language]()));
}

/** The words of the language that is wanted; until they have been read, those that were spoken before. */
export function useLanguage(wanted: string | null): Words {
  const [words, setWords] = useState(() => atHand(wanted));
  useEffect(() => {
    let still = true;
    load(wanted).then(
      (read) => {
        if (still) {
          setWords(read);
        }
      },
      // A language that cannot be read is not spoken: the one before goes on.
      () => undefined,
    );
    return () => {
      still = false;
    };
  }, [wanted]);
  useLayoutEffect(() => {
    document.documentElement.lang = words.locale;
    document.documentElement.dir = words.direction;
  }, [words]);
  return words;
}

const loaded = new Map<string, Words>();

function keep(locale: string, words: Words): Words {
  loaded.set(locale, words);
  return words;
}

/** The language that is wanted if it has been read, else English. What is no language goes by its own name. */
function atHand(wanted: string | null): Words {
  const { locale } = choose(wanted, navigator.languages);
  const english = choose("en", navigator.languages).locale;
  return loaded.get(wanted ?? locale) ?? loaded.get(locale) ?? loaded.get(english) ?? keep(english, inEnglish(english));
}

function languageOf(tag: string): Language | null {
  try {
    const { language } = new Intl.Locale(tag);
    return LANGUAGES.find((known) => known === language) ?? null;
  } catch {
    // A system may name what is no language, as “C”.
    return null;
  }
}

const catalogues: Readonly<Record<Exclude<Language, "en">, () => Promise<Catalogue>>> = {
  ko: () => import("./ko.json").then((file) => file.default),
  de: () => import("./de.json").then((file) => file.default),
  fr: () => import("./fr.json").then((file) => file.default),
  es: () => import("./es.json").then((file) => file.default),
  ja: () => import("./ja.json").then((file) => file.default),
};
