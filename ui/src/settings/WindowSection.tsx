import { Field, Radio, RadioGroup, Switch } from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiDesktop, UiTheme, UiWindow, UiWindowSetting } from "../ipc/bindings";
import { TEXT_SIZES, textSizes } from "../shared/textSize";
import { useWords, type WordId } from "../words/words";
import { LanguageField } from "./LanguageField";
import { OpenLinks } from "./OpenLinks";
import { Part } from "./Part";
import { managedWords } from "./words";

interface WindowSectionProps {
  window: UiWindow;
  desktop: UiDesktop;
}

/** Language, colours, size, whether the window stays above others, when it opens, and for what. What is managed says by whom. */
export function WindowSection({ window, desktop }: WindowSectionProps) {
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const { startAtLogin, startManaged, linksManaged } = desktop;
  const { theme, textSize, alwaysOnTop, managed, managedBy } = window;
  const isManaged = (setting: UiWindowSetting) => managed.includes(setting);
  const hint = (managed: boolean) => (managed ? { hint: managedWords(words, managedBy) } : {});
  const by = (setting: UiWindowSetting) => hint(isManaged(setting));
  return (
    <>
      <Part>
        <LanguageField window={window} />
      </Part>
      <Part>
        <Field label={say("settings.theme")} {...by("theme")}>
          <RadioGroup
            value={theme}
            disabled={isManaged("theme")}
            onChange={(_, { value }) => {
              const wanted = THEMES.find((known) => known === value);
              if (wanted !== undefined) {
                act({ do: "setTheme", theme: wanted });
              }
            }}
          >
            {THEMES.map((known) => (
              <Radio key={known} value={known} label={say(themes[known])} />
            ))}
          </RadioGroup>
        </Field>
      </Part>
      <Part>
        <Field label={say("settings.textSize")}>
          <RadioGroup
            value={textSize}
            onChange={(_, { value }) => {
              const wanted = TEXT_SIZES.find((known) => known === value);
              if (wanted !== undefined) {
                act({ do: "setTextSize", size: wanted });
              }
            }}
          >
            {TEXT_SIZES.map((known) => (
              <Radio key={known} value={known} label={say(textSizes[known])} />
            ))}
          </RadioGroup>
        </Field>
      </Part>
      <Part>
        <Field {...by("alwaysOnTop")}>
          <Switch
            label={say("bar.onTop")}
            checked={alwaysOnTop}
            disabled={isManaged("alwaysOnTop")}
            onChange={(_, { checked }) => act({ do: "setAlwaysOnTop", on: checked })}
          />
        </Field>
        <Field {...hint(startManaged)}>
          <Switch
            label={say("settings.startAtLogin")}
            checked={startAtLogin}
            disabled={startManaged}
            onChange={(_, { checked }) => act({ do: "startAtLogin", on: checked })}
          />
        </Field>
        <OpenLinks desktop={desktop} hint={hint(linksManaged)} />
      </Part>
    </>
  );
}

const themes: Readonly<Record<UiTheme, WordId>> = {
  system: "settings.theme.system",
  light: "settings.theme.light",
  dark: "settings.theme.dark",
};

const THEMES = Object.keys(themes) as readonly UiTheme[];
