import { makeStyles, tokens } from "@fluentui/react-components";

import type { UiSound } from "../ipc/bindings";
import { useWords } from "../words/words";
import { MicrophonePart, RingerPart, SpeakerPart, useLookAtSound } from "./DeviceParts";
import { VoiceSection } from "./VoiceSection";

/** Which devices are used, how loud they are, and whether sound goes through them right now. */
export function SoundMenu({ sound, headingId }: { sound: UiSound; headingId: string }) {
  const styles = useStyles();
  const { say } = useWords();
  useLookAtSound();
  return (
    <div className={styles.menu}>
      <h2 id={headingId} className={styles.title}>
        {say("calls.sound")}
      </h2>
      <MicrophonePart sound={sound} />
      <SpeakerPart sound={sound} />
      <RingerPart sound={sound} />
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
});
