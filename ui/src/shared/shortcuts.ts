import { useEffect, useEffectEvent } from "react";

/** What a key combination does. The same as in Teams where Teams has one, so hands learn one set. */
export type Shortcut = "answer" | "decline" | "hangUp" | "mute" | "hold" | "keypad" | "number";

/** How a combination is written in tooltips. */
export function shortcutLabel(shortcut: Shortcut): string {
  const { key, shift } = combinations[shortcut];
  const parts = isMac ? ["⌘", shift ? "⇧" : "", key] : ["Ctrl", shift ? "Shift" : "", key];
  return parts.filter((part) => part !== "").join(isMac ? "" : "+");
}

/** How a combination is written in `aria-keyshortcuts`. */
export function ariaShortcut(shortcut: Shortcut): string {
  const { key, shift } = combinations[shortcut];
  return [isMac ? "Meta" : "Control", shift ? "Shift" : "", key].filter((part) => part !== "").join("+");
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

interface Combination {
  readonly key: string;
  readonly shift: boolean;
}

const combinations: Readonly<Record<Shortcut, Combination>> = {
  answer: { key: "A", shift: true },
  decline: { key: "D", shift: true },
  hangUp: { key: "H", shift: true },
  mute: { key: "M", shift: true },
  hold: { key: "O", shift: true },
  keypad: { key: "K", shift: true },
  number: { key: "K", shift: false },
};

const isMac = navigator.userAgent.includes("Macintosh");

function matching(event: KeyboardEvent): Shortcut | undefined {
  if ((isMac ? !event.metaKey : !event.ctrlKey) || event.altKey) {
    return undefined;
  }
  const pressed = letter(event);
  const found = Object.entries(combinations).find(([, { key, shift }]) => shift === event.shiftKey && key === pressed);
  return found?.[0] as Shortcut | undefined;
}

/** The Latin letter on the key. A keyboard for another script has it at the place where Latin ones do. */
function letter({ key, code }: KeyboardEvent): string | undefined {
  return /^[A-Za-z]$/.test(key) ? key.toUpperCase() : /^Key([A-Z])$/.exec(code)?.[1];
}
