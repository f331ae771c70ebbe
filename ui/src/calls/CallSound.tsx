import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Mic16Regular } from "@fluentui/react-icons/svg/mic";
import { MicOff16Filled } from "@fluentui/react-icons/svg/mic-off";
import { SpeakerMute16Filled } from "@fluentui/react-icons/svg/speaker-mute";
import { Info16Regular } from "@fluentui/react-icons/svg/info";
import { Warning16Filled } from "@fluentui/react-icons/svg/warning";
import { useContext, type ReactNode } from "react";

import type { UiCall, UiSound, UiDevice } from "../ipc/bindings";
import { LevelMeter } from "../sound/LevelMeter";
import { SoundContext } from "../sound/SoundPopover";
import { useWords, type Words } from "../words/words";
import { Quality } from "./Quality";
import { isHeldByMe } from "./words";

interface CallSoundProps {
  call: UiCall;
  sound: UiSound;
  /** The agent speaks to more than this one. */
  several?: boolean;
}

/** Whether they hear the agent and the agent hears them, and how well. */
export function CallSound({ call, sound: { microphone, speaker }, several }: CallSoundProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const held = isHeldByMe(call);
  return (
    <div className={styles.lines}>
      {microphone.state === "missing" && (
        <Trouble icon={<MicOff16Filled />} words={say("calls.trouble.noMicrophone")} device />
      )}
      {microphone.state === "denied" && (
        <Trouble icon={<MicOff16Filled />} words={say("calls.trouble.denied")} device />
      )}
      {speaker.state === "missing" && (
        <Trouble icon={<SpeakerMute16Filled />} words={say("calls.trouble.noSpeaker")} device />
      )}
      {call.interrupted && <Trouble icon={<Warning16Filled />} words={say("calls.interrupted")} />}
      {held ? (
        <div className={styles.line}>
          {call.muted ? <Muted several={several} /> : say("calls.theyWait")}
        </div>
      ) : (
        <>
          {(microphone.state === "standIn" || speaker.state === "standIn") && (
            <p className={styles.line}>
              <Info16Regular className={styles.icon} />{" "}
              <span>{standInWords(words, microphone.state === "standIn" ? microphone : speaker)}</span>
            </p>
          )}
          <div className={styles.line}>
            {call.muted && <Muted several={several} />}
            {!call.muted && (microphone.state === "inUse" || microphone.state === "standIn") && (
              <>
                <Mic16Regular aria-hidden className={styles.icon} />
                <LevelMeter
                  part="microphone"
                  label={microphone.name === null ? say("calls.microphoneLevel") : say("calls.microphoneLevelNamed", { name: microphone.name })}
                  className={styles.meter}
                />
              </>
            )}
            {call.quality !== null && several !== true && <Quality quality={call.quality} longestGapMs={call.longestGapMs} />}
          </div>
        </>
      )}
    </div>
  );
}

function Muted({ several }: { several: boolean | undefined }) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    <span className={mergeClasses(styles.words, styles.alarming)}>
      <MicOff16Filled className={styles.icon} /> {say(several === true ? "calls.muted.group" : "calls.muted")}
    </span>
  );
}

/** What keeps the two apart, and the way to the devices if it is theirs. */
function Trouble({ icon, words, device }: { icon: ReactNode; words: string; device?: boolean }) {
  const styles = useStyles();
  const { say } = useWords();
  const devices = useContext(SoundContext);
  return (
    <p className={mergeClasses(styles.line, styles.alarming, styles.trouble)}>
      <span className={styles.icon}>{icon}</span>
      <span className={styles.grow}>{words}</span>
      {device === true && (
        <Button size="small" className={styles.way} onClick={() => devices?.setOpenAt("call")}>
          {say("calls.chooseDevice")}
        </Button>
      )}
    </p>
  );
}

function standInWords({ say }: Words, { chosen, name }: UiDevice): string {
  const values = { name: name ?? say("calls.anotherDevice") };
  return chosen === null ? say("calls.standsInForDefault", values) : say("calls.standsInForChosen", values);
}

const useStyles = makeStyles({
  lines: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    // Reserved, so that nothing below moves when there is something to say.
    minHeight: "24px",
  },
  line: {
    display: "flex",
    alignItems: "center",
    flexWrap: "wrap",
    columnGap: tokens.spacingHorizontalXS,
    margin: 0,
    minHeight: "24px",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    "& > span": { minWidth: 0, overflowWrap: "anywhere" },
  },
  alarming: {
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorStatusDangerForeground1,
  },
  words: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
  },
  icon: {
    display: "inline-grid",
    flexShrink: 0,
  },
  meter: {
    flexGrow: 1,
    flexBasis: "72px",
    maxWidth: "160px",
  },
  // The button stays beside its sentence, which may take two lines.
  trouble: {
    flexWrap: "nowrap",
    "@media (max-width: 299px)": { flexWrap: "wrap" },
  },
  grow: {
    flexGrow: 1,
  },
  way: {
    flexShrink: 0,
    marginInlineStart: "auto",
  },
});
