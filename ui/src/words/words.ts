import type { MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { IntlMessageFormat } from "intl-messageformat";
import { createContext, createElement, Fragment, useContext, type ReactNode } from "react";

import english from "./en.json";

/** Names a message: `calls.hold`. Those of English are all there are. */
export type WordId = keyof typeof english;

/** The messages of one language, as text or as text that was read already. */
export type Catalogue = Readonly<Record<WordId, string | MessageFormatElement[]>>;

/** What stands in a message, by name. */
export type Values = Readonly<Record<string, string | number>>;

/** The same where something is drawn, also around a part that the message marks: `Press <key>{keys}</key>`. */
export type DrawnValues = Readonly<Record<string, ReactNode | ((inside: ReactNode) => ReactNode)>>;

export type Direction = "ltr" | "rtl";

/**
 * Says things in one language. Whatever a person sees or a screen reader says goes through it; what makes
 * words outside of a component takes it as an argument.
 */
export class Words {
  private readonly read = new Map<WordId, IntlMessageFormat>();
  private readonly lists: Intl.ListFormat;

  /** `locale`: the language with the region after whose custom dates and numbers are written, `de-AT`. */
  constructor(
    readonly locale: string,
    private readonly catalogue: Catalogue,
    readonly direction: Direction = "ltr",
  ) {
    this.lists = new Intl.ListFormat(locale);
  }

  /** A message with its values. */
  readonly say = (id: WordId, values: Values = {}): string => {
    const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.isolated(value)]));
    return String(this.format(id, (message) => message.format(given)));
  };

  /** A message of which parts are drawn in their own way. */
  readonly draw = (id: WordId, values: DrawnValues): ReactNode => {
    const drawn = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === "function" ? (parts: ReactNode[]) => value(createElement(Fragment, null, ...parts)) : this.isolated(value),
      ]),
    );
    const parts = this.format(id, (message) => message.format<ReactNode>(drawn));
    return Array.isArray(parts) ? createElement(Fragment, null, ...parts) : parts;
  };

  /** “Mina, Jonas and Nadia”. */
  readonly list = (names: readonly string[]): string => this.lists.format(names);

  /** Several things in one line: “Answered · 3 min · Sales”. */
  readonly line = (parts: readonly string[]): string => parts.map((part) => this.isolated(part)).join(" · ");

  /** A name or number from elsewhere keeps its own direction in a line that runs the other way. */
  private isolated<T>(value: T): T | string {
    return this.direction === "rtl" && typeof value === "string" ? `\u2068${value}\u2069` : value;
  }

  private format<T>(id: WordId, format: (message: IntlMessageFormat) => T): T | string {
    try {
      return format(this.message(id));
    } catch (fault) {
      // While it is being made, a fault is to be found; in the product an agent needs the phone all the same.
      if (import.meta.env.DEV) {
        throw fault;
      }
      return english[id];
    }
  }

  private message(id: WordId): IntlMessageFormat {
    const known = this.read.get(id);
    if (known !== undefined) {
      return known;
    }
    const message = new IntlMessageFormat(this.catalogue[id], this.locale);
    this.read.set(id, message);
    return message;
  }
}

/** Sets the words in English, whose English is `locale`'s. It is always at hand. */
export function inEnglish(locale: string): Words {
  return new Words(locale, english);
}

export const WordsContext = createContext<Words>(inEnglish("en-GB"));

/** The language that the window speaks. */
export function useWords(): Words {
  return useContext(WordsContext);
}
