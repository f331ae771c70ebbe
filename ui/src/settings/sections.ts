import type { WordId } from "../words/words";

/** A part of the settings. */
export type Section = "account" | "devices" | "ringing" | "window" | "shortcuts" | "quality" | "privacy" | "about";

/** What each is called. */
export const sectionTitles: Readonly<Record<Section, WordId>> = {
  account: "settings.account",
  devices: "settings.devices",
  ringing: "settings.ringing",
  window: "settings.window",
  shortcuts: "keys.title",
  quality: "settings.quality",
  privacy: "settings.privacy",
  about: "settings.about",
};

export const SECTIONS = Object.keys(sectionTitles) as readonly Section[];
