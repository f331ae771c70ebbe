import type { Words } from "../words/words";
import { actions, SHORTCUTS, type Shortcut } from "./actions";

/** How a combination is written in tooltips. */
export function shortcutLabel({ say }: Words, shortcut: Shortcut): string {
  const { key, control, shift } = actions[shortcut].keys;
  const written = key === "Space" ? say("keys.space") : key;
  const parts = isMac ? [control ? "⌘" : "", shift ? "⇧" : "", written] : [control ? say("keys.control") : "", shift ? say("keys.shift") : "", written];
  return parts.filter((part) => part !== "").join(isMac ? "" : "+");
}

/** What a control does, with its combination beside: “Hold (Ctrl+Shift+O)”. */
export function withKeys(words: Words, what: string, shortcut: Shortcut): string {
  return words.say("shared.withKeys", { what, keys: shortcutLabel(words, shortcut) });
}

/** How a combination is written in `aria-keyshortcuts`. */
export function ariaShortcut(shortcut: Shortcut): string {
  const { key, control, shift } = actions[shortcut].keys;
  return [control ? (isMac ? "Meta" : "Control") : "", shift ? "Shift" : "", key].filter((part) => part !== "").join("+");
}

/** Whether what is typed goes into a field. */
export function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

/** What the keys that are pressed may mean: two actions share some, and at most one of them is possible. */
export function pressed(event: KeyboardEvent): readonly Shortcut[] {
  const control = isMac ? event.metaKey : event.ctrlKey;
  if (event.altKey || (isMac ? event.ctrlKey : event.metaKey)) {
    return [];
  }
  if (!control && event.key === "?" && !isField(event.target)) {
    return ["help"];
  }
  const key = keyOf(event);
  return SHORTCUTS.filter((shortcut) => {
    const { keys } = actions[shortcut];
    // A plus is typed with Shift on some keyboards, and without on others.
    return keys.control === control && (keys.shift === event.shiftKey || key === "+") && keys.key === key;
  });
}

/** Its keys are written in signs, and are other ones. */
export const isMac = navigator.userAgent.includes("Macintosh");

/** What stands on the key. A keyboard for another script has a Latin letter at the place where Latin ones do. */
function keyOf({ key, code }: KeyboardEvent): string | undefined {
  if (code === "Space" || key === " ") {
    return "Space";
  }
  if (/^F\d+$/.test(key)) {
    return key;
  }
  if (key === "+" || key === "=") {
    return "+";
  }
  if (key === "-" || code === "Digit0") {
    return key === "-" ? "-" : "0";
  }
  const letter = /^[A-Za-z]$/.test(key) ? key.toUpperCase() : /^Key([A-Z])$/.exec(code)?.[1];
  return letter ?? (key === "," || code === "Comma" ? "," : undefined);
}
