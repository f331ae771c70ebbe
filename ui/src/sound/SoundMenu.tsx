import { makeStyles, tokens } from "@fluentui/react-components";

import type { UiSound } from "../ipc/bindings";
import { useWords } from "../words/words";
import { MicrophonePart, RingerPart, SpeakerPart, useLookAtSound } from "./DeviceParts";
import { VoiceSection } from "./VoiceSection";

interface SoundMenuProps {
  sound: UiSound;
  /** Who manages the phone, where that is known. */
  managedBy: string | null;
  headingId: string;
}

/** Which devices are used, how loud they are, and whether sound goes through them right now. */
export function SoundMenu({ sound, managedBy, headingId }: SoundMenuProps) {
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
      <VoiceSection voice={sound.voice} managedBy={managedBy} />
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
