
import type { Words } from "../words/words";
/** When a call was, as short as it can be said: `10:42`, `Yesterday`, `12 Nov`, `12 Nov 2025`. */
export function when(atUnixMs: number, nowUnixMs: number, locale: string, timeZone?: string): string {
  const at = dayOf(atUnixMs, timeZone);
  const now = dayOf(nowUnixMs, timeZone);
  if (at.day === now.day) {
    return format(atUnixMs, locale, { timeStyle: "short" }, timeZone);
  }
  if (now.day - at.day === 1) {
    return capital(new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-1, "day"), locale);
  }
  const year = at.year === now.year ? {} : ({ year: "numeric" } as const);
  return format(atUnixMs, locale, { day: "numeric", month: "short", ...year }, timeZone);
}

/** The same in full, for who looks closer. */
export function whenInFull(atUnixMs: number, locale: string, timeZone?: string): string {
  return format(atUnixMs, locale, { dateStyle: "full", timeStyle: "short" }, timeZone);
}

/** The time of a step among others of one call: `10:42:07`. */
export function whenToTheSecond(atUnixMs: number, locale: string, timeZone?: string): string {
  return format(atUnixMs, locale, { timeStyle: "medium" }, timeZone);
}

/** How long they talked: `22 s`, `3 min`, `1 h 5 min`. */
export function howLong({ say }: Words, seconds: number): string {
  if (seconds < 60) {
    return say("recents.seconds", { seconds });
  }
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? say("recents.minutes", { minutes })
    : say("recents.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

interface Day {
  /** Days since 1970, in the calendar of the place. */
  readonly day: number;
  readonly year: number;
}

function dayOf(unixMs: number, timeZone?: string): Day {
  const parts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "numeric", day: "numeric", ...zone(timeZone) })
    .formatToParts(unixMs)
    .reduce<Record<string, number>>((found, { type, value }) => ({ ...found, [type]: Number(value) }), {});
  const { year = 1970, month = 1, day = 1 } = parts;
  return { day: Date.UTC(year, month - 1, day) / 86_400_000, year };
}

function format(unixMs: number, locale: string, options: Intl.DateTimeFormatOptions, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { ...options, ...zone(timeZone) }).format(unixMs);
}

function zone(timeZone: string | undefined): Intl.DateTimeFormatOptions {
  return timeZone === undefined ? {} : { timeZone };
}

function capital(words: string, locale: string): string {
  return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
}
