import type { UiDeed } from "../ipc/bindings";
import { actions, SHORTCUTS, type Shortcut } from "../shared/actions";
import { isMac } from "../shared/shortcuts";
import type { Words } from "../words/words";

/**
 * The combination that is pressed, as the host writes it: `Ctrl+Shift+F9`. None as long as it is Ctrl and its like
 * alone, and for keys that are elsewhere on another keyboard.
 */
export function keysOf(event: KeyboardEvent): string | null {
  const key = keyOf(event);
  if (key === null) {
    return null;
  }
  const { ctrlKey, altKey, shiftKey, metaKey } = event;
  return [ctrlKey && "Ctrl", altKey && "Alt", shiftKey && "Shift", metaKey && "Super", key].filter((part) => part !== false).join("+");
}

/** A combination as it stands on the agent's keys. What is not known is shown as it is. */
export function keysWords(words: Words, keys: string): string {
  return keys
    .split("+")
    .map((part) => partWords(words, part.trim()))
    .join(isMac ? "" : "+");
}

/**
 * What these keys do in the window, if that is something else than they are to do in every program: the window would
 * never get them, and a hand that knows them would do what it does not mean.
 */
export function elseInWindow(keys: string, deed: UiDeed): Shortcut | undefined {
  const pressed = parts(keys);
  return SHORTCUTS.find((name) => name !== deed && inWindow(name).every((part) => pressed.has(part)) && inWindow(name).length === pressed.size);
}

/** Windows and X11 go by the letter that the keyboard has there, a Mac by the place of the key. */
function keyOf({ key, code }: KeyboardEvent): string | null {
  if (!isMac && /^[A-Za-z]$/.test(key)) {
    return key.toUpperCase();
  }
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? (ELSEWHERE_THE_SAME.test(code) ? code : null);
}

const ELSEWHERE_THE_SAME = /^(F([1-9]|1\d|2[0-4])|Numpad\d|Arrow(Up|Down|Left|Right)|Home|End|PageUp|PageDown|Insert|Pause|Space)$/;

/** A deed and an action of the same name are the same. */
function inWindow(name: Shortcut): readonly string[] {
  const { key, control, shift } = actions[name].keys;
  return [...(control ? [isMac ? "super" : "ctrl"] : []), ...(shift ? ["shift"] : []), key.toLowerCase()];
}

function parts(keys: string): ReadonlySet<string> {
  return new Set(keys.split("+").map((part) => partName(part.trim())));
}

/** What a key is called here, of all that a host may call it. */
function partName(part: string): string {
  const name = part.toLowerCase().replace(/^(key|digit)(?=.$)/, "");
  return SAME_KEY[name] ?? name;
}

const SAME_KEY: Readonly<Partial<Record<string, string>>> = {
  control: "ctrl",
  option: "alt",
  meta: "super",
  cmd: "super",
  command: "super",
};

function partWords({ say }: Words, part: string): string {
  switch (partName(part)) {
    case "ctrl":
      return isMac ? "⌃" : say("keys.control");
    case "alt":
      return isMac ? "⌥" : say("keys.alt");
    case "shift":
      return isMac ? "⇧" : say("keys.shift");
    case "super":
      return isMac ? "⌘" : say("keys.windows");
    case "space":
      return say("keys.space");
    case "arrowup":
      return "↑";
    case "arrowdown":
      return "↓";
    case "arrowleft":
      return "←";
    case "arrowright":
      return "→";
    default:
      return part.replace(/^(Key|Digit)(?=.$)/i, "");
  }
}
