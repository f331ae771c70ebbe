import {
  makeStyles,
  Menu,
  MenuButton,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Switch,
  tokens,
} from "@fluentui/react-components";
import { useId, type ReactNode } from "react";

import { useAct } from "../host/HostContext";
import type { UiNoiseSuppression, UiVoice, UiVoicePart } from "../ipc/bindings";
import { useWords } from "../words/words";
import { noiseHints, noiseWords } from "./words";

interface VoiceSectionProps {
  voice: UiVoice;
  /** Who manages the phone, where that is known. */
  managedBy: string | null;
}

/** What is done to the agent's voice before anybody hears it. What who manages the phone has said stays as it is. */
export function VoiceSection({ voice, managedBy }: VoiceSectionProps) {
  const styles = useStyles();
  const { say, draw } = useWords();
  const { act } = useAct();
  const headingId = useId();
  const managedId = useId();
  const managed = (part: UiVoicePart) => voice.managed.includes(part);
  const described = (part: UiVoicePart) => (managed(part) ? managedId : undefined);
  const noise = say(noiseWords[voice.noiseSuppression]);
  return (
    <section aria-labelledby={headingId} className={styles.section}>
      <h3 id={headingId} className={styles.heading}>
        {draw("sound.voice", { purpose: (inside: ReactNode) => <span className={styles.purpose}>{inside}</span> })}
      </h3>
      <Menu
        positioning="below-start"
        checkedValues={{ noise: [voice.noiseSuppression] }}
        onCheckedValueChange={(_, { checkedItems: [strength] }) => {
          if (isStrength(strength) && strength !== voice.noiseSuppression) {
            act({ do: "setVoice", echoCancellation: null, noiseSuppression: strength, automaticGain: null });
          }
        }}
      >
        <MenuTrigger disableButtonEnhancement>
          <MenuButton
            className={styles.noise}
            aria-label={say("shared.labelled", { label: say("sound.noise"), text: noise })}
            aria-describedby={described("noiseSuppression")}
            disabledFocusable={managed("noiseSuppression")}
          >
            {say("sound.noise.now", { strength: voice.noiseSuppression })}
          </MenuButton>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {strengths.map((strength) => (
              <MenuItemRadio key={strength} name="noise" value={strength} subText={say(noiseHints[strength])}>
                {say(noiseWords[strength])}
              </MenuItemRadio>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      {/* A switch that can be reached though it is disabled still reports a change. */}
      <Switch
        className={styles.switch}
        label={say("sound.echo")}
        checked={voice.echoCancellation}
        disabledFocusable={managed("echoCancellation")}
        aria-describedby={described("echoCancellation")}
        onChange={(_, { checked }) => {
          if (!managed("echoCancellation")) {
            act({ do: "setVoice", echoCancellation: checked, noiseSuppression: null, automaticGain: null });
          }
        }}
      />
      <Switch
        className={styles.switch}
        label={say("sound.gain")}
        checked={voice.automaticGain}
        disabledFocusable={managed("automaticGain")}
        aria-describedby={described("automaticGain")}
        onChange={(_, { checked }) => {
          if (!managed("automaticGain")) {
            act({ do: "setVoice", echoCancellation: null, noiseSuppression: null, automaticGain: checked });
          }
        }}
      />
      {voice.managed.length > 0 && (
        <p id={managedId} className={styles.managed}>
          {managedBy === null ? say("sound.managed") : say("sound.managedBy", { who: managedBy })}
        </p>
      )}
    </section>
  );
}

const strengths: readonly UiNoiseSuppression[] = ["off", "moderate", "strong"];

function isStrength(value: string | undefined): value is UiNoiseSuppression {
  return strengths.some((strength) => strength === value);
}

const useStyles = makeStyles({
  section: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
  },
  heading: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  purpose: {
    fontWeight: tokens.fontWeightRegular,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
  },
  noise: {
    justifyContent: "space-between",
    fontWeight: tokens.fontWeightRegular,
  },
  // The track stands where the other controls of the menu begin.
  switch: {
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})`,
  },
  managed: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
});
