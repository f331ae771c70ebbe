import type { UiShortcut } from "../ipc/bindings";
import { useWords } from "../words/words";
import { KeysField } from "./KeysField";
import { Part, Text } from "./Part";
import { managedWords } from "./words";

/** Keys that work in every program: none until the agent sets some, and none where they may not. */
export function GlobalKeys({ shortcuts, managedBy }: { shortcuts: readonly UiShortcut[]; managedBy: string | null }) {
  const words = useWords();
  const { say } = words;
  return (
    <Part title={say("settings.keys.everywhere")}>
      {shortcuts.length === 0 ? (
        <>
          <Text>{say("settings.keys.off")}</Text>
          <Text>{managedWords(words, managedBy)}</Text>
        </>
      ) : (
        <>
          <Text>{say("settings.keys.hint")}</Text>
          <section aria-label={say("settings.keys.everywhere")}>
            {shortcuts.map((shortcut) => (
              <KeysField key={shortcut.deed} shortcut={shortcut} />
            ))}
          </section>
        </>
      )}
    </Part>
  );
}
