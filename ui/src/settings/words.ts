import type { UiConflict, UiDeed } from "../ipc/bindings";
import { actions, type Shortcut } from "../shared/actions";
import type { Words } from "../words/words";
import { keysWords } from "./keys";

/** That a setting is not the agent's to say, and whose it is. */
export function managedWords({ say }: Words, managedBy: string | null): string {
  return managedBy === null ? say("settings.managed") : say("settings.managedBy", { who: managedBy });
}

/** What keys that work in every program do. */
export function deedWords({ say }: Words, deed: UiDeed): string {
  switch (deed) {
    case "answer":
      return say("calls.answer");
    case "hangUp":
      return say("settings.keys.hangUp");
    case "mute":
      return say("keys.call.mute");
    case "hold":
      return say("keys.call.hold");
    case "consult":
      return say("settings.keys.consult");
  }
}

/** Why such keys do not work, and what to do. */
export function conflictWords(words: Words, conflict: UiConflict): string {
  const { say } = words;
  switch (conflict) {
    case "noKeys":
      return say("settings.keys.conflict.noKeys");
    case "types":
      return say("settings.keys.conflict.types", {
        control: keysWords(words, "Ctrl"),
        alt: keysWords(words, "Alt"),
        windows: keysWords(words, "Super"),
      });
    case "reserved":
      return say("settings.keys.conflict.reserved");
    case "ours":
      return say("settings.keys.conflict.ours");
    case "taken":
      return say("settings.keys.conflict.taken");
    case "desktop":
      return say("settings.keys.conflict.desktop");
  }
}

/** That keys do something else in the window. */
export function elseWords({ say }: Words, action: Shortcut): string {
  // “This list” is what it is called in the list.
  const what = say(action === "help" ? "keys.title" : actions[action].what);
  return say("settings.keys.conflict.window", { what });
}
