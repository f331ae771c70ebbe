import { Field, Select } from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiWindow } from "../ipc/bindings";
import { LANGUAGES } from "../words/languages";
import { useWords } from "../words/words";
import { managedWords } from "./words";

/** The language of the window. It is asked for before anybody has signed in, too. */
export function LanguageField({ window }: { window: UiWindow }) {
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const isManaged = window.managed.includes("language");
  return (
    <Field label={say("settings.language")} {...(isManaged ? { hint: managedWords(words, window.managedBy) } : {})}>
      <Select
        value={window.language ?? SYSTEM}
        disabled={isManaged}
        onChange={(_, { value }) => act({ do: "setLanguage", language: value === SYSTEM ? null : value })}
      >
        <option value={SYSTEM}>{say("settings.language.system")}</option>
        {LANGUAGES.map((known) => (
          <option key={known} value={known} lang={known}>
            {nameOf(known)}
          </option>
        ))}
      </Select>
    </Field>
  );
}

/** A language in its own words: who looks for theirs may read no other. */
function nameOf(language: string): string {
  return new Intl.DisplayNames(language, { type: "language" }).of(language) ?? language;
}

/** No language is called so. */
const SYSTEM = "";
