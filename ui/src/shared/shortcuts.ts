import { useEffect, useEffectEvent } from "react";

import type { Words } from "../words/words";

/** What a key combination does. The same as in Teams where Teams has one, so hands learn one set. */
export type Shortcut =
  | "answer"
  | "decline"
  | "hangUp"
  | "mute"
  | "hold"
  | "swap"
  | "transfer"
  | "connect"
  | "back"
  | "merge"
  | "keypad"
  | "record"
  | "sound"
  | "number"
  | "recents"
  | "experts"
  | "help";

/** How a combination is written in tooltips. */
export function shortcutLabel({ say }: Words, shortcut: Shortcut): string {
  const { key, control, shift } = combinations[shortcut];
  const parts = isMac ? [control ? "⌘" : "", shift ? "⇧" : "", key] : [control ? say("keys.control") : "", shift ? say("keys.shift") : "", key];
  return parts.filter((part) => part !== "").join(isMac ? "" : "+");
}

/** What a control does, with its combination beside: “Hold (Ctrl+Shift+O)”. */
export function withKeys(words: Words, what: string, shortcut: Shortcut): string {
  return words.say("shared.withKeys", { what, keys: shortcutLabel(words, shortcut) });
}

/** How a combination is written in `aria-keyshortcuts`. */
export function ariaShortcut(shortcut: Shortcut): string {
  const { key, control, shift } = combinations[shortcut];
  return [control ? (isMac ? "Meta" : "Control") : "", shift ? "Shift" : "", key].filter((part) => part !== "").join("+");
}

/** Runs `handlers` while the window has the keyboard. A shortcut without a handler is left alone. */
export function useShortcuts(handlers: Partial<Record<Shortcut, () => void>>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const shortcut = matching(event);
    const handler = shortcut === undefined ? undefined : handlers[shortcut];
    if (handler !== undefined && !event.repeat) {
      event.preventDefault();
      handler();
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}

/** Whether what is typed goes into a field. */
export function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

interface Combination {
  readonly key: string;
  /** With Ctrl, on a Mac with Command. */
  readonly control: boolean;
  readonly shift: boolean;
}

const both = (key: string): Combination => ({ key, control: true, shift: true });

const combinations: Readonly<Record<Shortcut, Combination>> = {
  answer: both("A"),
  decline: both("D"),
  hangUp: both("H"),
  mute: both("M"),
  hold: both("O"),
  swap: both("X"),
  transfer: both("T"),
  connect: both("C"),
  back: both("B"),
  merge: both("G"),
  keypad: both("K"),
  record: both("P"),
  sound: both("L"),
  number: { key: "K", control: true, shift: false },
  recents: both("R"),
  experts: { key: "E", control: true, shift: false },
  help: { key: "F1", control: false, shift: false },
};

const isMac = navigator.userAgent.includes("Macintosh");

function matching(event: KeyboardEvent): Shortcut | undefined {
  const control = isMac ? event.metaKey : event.ctrlKey;
  if (event.altKey || (isMac ? event.ctrlKey : event.metaKey)) {
    return undefined;
  }
  if (!control && event.key === "?" && !isField(event.target)) {
    return "help";
  }
  const pressed = letter(event);
  const found = Object.entries(combinations).find(
    ([, combination]) => combination.control === control && combination.shift === event.shiftKey && combination.key === pressed,
  );
  return found?.[0] as Shortcut | undefined;
}

/** The Latin letter on the key. A keyboard for another script has it at the place where Latin ones do. */
function letter({ key, code }: KeyboardEvent): string | undefined {
  return /^F\d+$/.test(key) ? key : /^[A-Za-z]$/.test(key) ? key.toUpperCase() : /^Key([A-Z])$/.exec(code)?.[1];
}
