import { makeStyles, tokens } from "@fluentui/react-components";
import { useEffect } from "react";

import { useAct } from "../host/HostContext";
import type { UiSound } from "../ipc/bindings";
import { useWords } from "../words/words";
import { DeviceSection } from "./DeviceSection";
import { HeadsetLine } from "./HeadsetLine";
import { LevelMeter } from "./LevelMeter";
import { Loudness } from "./Loudness";
import { VoiceSection } from "./VoiceSection";
import { ringChoices } from "./words";

/** Which devices are used, how loud they are, and whether sound goes through them right now. */
export function SoundMenu({ sound, headingId }: { sound: UiSound; headingId: string }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  useEffect(() => {
    act({ do: "lookAtSound", looking: true });
    return () => act({ do: "lookAtSound", looking: false });
  }, [act]);

  const microphones = sound.choices?.microphones ?? null;
  const speakers = sound.choices?.speakers ?? null;
  return (
    <div className={styles.menu}>
      <h2 id={headingId} className={styles.title}>
        {say("calls.sound")}
      </h2>
      <DeviceSection
        part="microphone"
        device={sound.microphone}
        choices={microphones}
        meter={
          sound.microphone.state !== "missing" && (
            <>
              <LevelMeter part="microphone" label={say("calls.microphoneLevel")} className={styles.meter} />
              <span className={styles.hint}>{say("sound.meterHint")}</span>
            </>
          )
        }
      />
      <DeviceSection
        part="speaker"
        device={sound.speaker}
        choices={speakers}
        tryable
        meter={
          sound.speaker.state !== "missing" && <LevelMeter part="speaker" label={say("sound.speakerLevel")} className={styles.meter} />
        }
      >
        <div>
          <Loudness of="calls" label={say("sound.calls")} percent={sound.speaker.volumePercent} />
          <Loudness of="tones" label={say("sound.tones")} percent={sound.tonesPercent} />
        </div>
        {sound.headset !== null && <HeadsetLine headset={sound.headset} />}
      </DeviceSection>
      <DeviceSection part="ringer" device={sound.ringer} choices={ringChoices(words, speakers)} tryable>
        <Loudness of="ring" label={say("sound.role.ringer")} percent={sound.ringer.volumePercent} />
      </DeviceSection>
      <VoiceSection voice={sound.voice} />
    </div>
  );
}

const useStyles = makeStyles({
  menu: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
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
