import { makeStyles, tokens } from "@fluentui/react-components";
import { useEffect } from "react";

import { useAct } from "../host/HostContext";
import type { UiSound } from "../ipc/bindings";
import { useWords } from "../words/words";
import { DeviceSection } from "./DeviceSection";
import { HeadsetLine } from "./HeadsetLine";
import { LevelMeter } from "./LevelMeter";
import { Loudness } from "./Loudness";
import { ringChoices } from "./words";

interface PartProps {
  sound: UiSound;
}

/** Lists the devices and measures the microphone for as long as the component is in the window. */
export function useLookAtSound(): void {
  const { quietly } = useAct();
  useEffect(() => {
    quietly({ do: "lookAtSound", looking: true });
    return () => quietly({ do: "lookAtSound", looking: false });
  }, [quietly]);
}

/** What takes the agent's voice, and how loud that is just now. */
export function MicrophonePart({ sound }: PartProps) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    <DeviceSection
      part="microphone"
      device={sound.microphone}
      choices={sound.choices?.microphones ?? null}
      meter={
        sound.microphone.state !== "missing" && (
          <>
            <LevelMeter part="microphone" label={say("calls.microphoneLevel")} className={styles.meter} />
            <span className={styles.hint}>{say("sound.meterHint")}</span>
          </>
        )
      }
    />
  );
}

/** What plays calls and tones, and whether the headset's buttons work. */
export function SpeakerPart({ sound }: PartProps) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    <DeviceSection
      part="speaker"
      device={sound.speaker}
      choices={sound.choices?.speakers ?? null}
      tryable
      meter={sound.speaker.state !== "missing" && <LevelMeter part="speaker" label={say("sound.speakerLevel")} className={styles.meter} />}
    >
      <div>
        <Loudness of="calls" label={say("sound.calls")} percent={sound.speaker.volumePercent} />
        <Loudness of="tones" label={say("sound.tones")} percent={sound.tonesPercent} />
      </div>
      {sound.headset !== null && <HeadsetLine headset={sound.headset} />}
    </DeviceSection>
  );
}

/** What rings. */
export function RingerPart({ sound }: PartProps) {
  const words = useWords();
  return (
    <DeviceSection part="ringer" device={sound.ringer} choices={ringChoices(words, sound.choices?.speakers ?? null)} tryable>
      <Loudness of="ring" label={words.say("sound.role.ringer")} percent={sound.ringer.volumePercent} />
    </DeviceSection>
  );
}

const useStyles = makeStyles({
  meter: {
    flexGrow: 1,
    flexBasis: "60px",
  },
  hint: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
});
