import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";

import english from "./en.json";
import { Words, type Catalogue, type WordId } from "./words";

/**
 * English dressed up, to find what no translation would reach: text that is not in the catalogue has no
 * accents, and a place that is too narrow shows it. `en-XA` is accented and 40 % longer; `ar-XB` runs from
 * right to left. For tests and while the pages are being made.
 */
export function pseudo(locale: "en-XA" | "ar-XB"): Words {
  const dress = locale === "en-XA" ? accented : mirrored;
  const catalogue = Object.fromEntries(
    Object.entries(english).map(([id, message]) => [id, dressed(parse(message), dress)]),
  ) as Record<WordId, MessageFormatElement[]> satisfies Catalogue;
  return new Words("en-GB", catalogue, locale === "en-XA" ? "ltr" : "rtl");
}

/** The same message with every piece of its own text dressed; values, and what a value chooses, stay. */
function dressed(message: readonly MessageFormatElement[], dress: (text: string) => string): MessageFormatElement[] {
  return message.map((element): MessageFormatElement => {
    switch (element.type) {
      case TYPE.literal:
        return { ...element, value: dress(element.value) };
      case TYPE.tag:
        return { ...element, children: dressed(element.children, dress) };
      case TYPE.plural:
      case TYPE.select: {
        const options = Object.entries(element.options).map(([name, option]) => [name, { ...option, value: dressed(option.value, dress) }] as const);
        return { ...element, options: Object.fromEntries(options) };
      }
      case TYPE.argument:
      case TYPE.number:
      case TYPE.date:
      case TYPE.time:
      case TYPE.pound:
        return element;
    }
  });
}

function accented(text: string): string {
  const longer = /\p{L}/u.test(text) ? Math.ceil(text.length * 0.4) : 0;
  // As words, which break where words do.
  const more = "~".repeat(longer).match(/.{1,8}/g) ?? [];
  return text.replace(/[A-Za-z]/g, (letter) => accents[letter.toLowerCase()]?.[letter < "a" ? 1 : 0] ?? letter) + more.join(" ");
}

/** Right to left by force, word by word: letters stay readable and lines break as they would. */
function mirrored(text: string): string {
  return text.replace(/\p{L}[\p{L}’']*/gu, (word) => `\u202e${word}\u202c`);
}

const accents: Readonly<Record<string, readonly [string, string]>> = {
  a: ["à", "À"],
  c: ["ç", "Ç"],
  e: ["é", "É"],
  g: ["ĝ", "Ĝ"],
  i: ["ï", "Ï"],
  n: ["ñ", "Ñ"],
  o: ["ö", "Ö"],
  s: ["š", "Š"],
  u: ["ü", "Ü"],
  y: ["ý", "Ý"],
  z: ["ž", "Ž"],
};
