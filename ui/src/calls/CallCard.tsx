import { Avatar, makeStyles, mergeClasses, tokens, Tooltip } from "@fluentui/react-components";
import { CallEnd24Filled } from "@fluentui/react-icons/svg/call-end";
import { Dialpad24Regular } from "@fluentui/react-icons/svg/dialpad";
import { Mic24Regular } from "@fluentui/react-icons/svg/mic";
import { MicOff24Filled } from "@fluentui/react-icons/svg/mic-off";
import { Pause24Regular } from "@fluentui/react-icons/svg/pause";
import { Play24Filled } from "@fluentui/react-icons/svg/play";
import { useState } from "react";

import { useAct } from "../host/HostContext";
import type { UiCall, UiDevice, UiQualityLevel } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { useShortcuts } from "../shared/shortcuts";
import { Details } from "./Details";
import { Keypad } from "./Keypad";
import { MicrophoneMeter } from "./MicrophoneMeter";
import { PartyName } from "./PartyName";
import { RoundButton } from "./RoundButton";
import { isHeldByMe, stateWords } from "./words";

interface CallCardProps {
  call: UiCall;
  headingId: string;
  microphone: UiDevice;
  /** Other calls need room too. */
  dense: boolean;
}

/** The call at hand, with everything that can be done to it. */
export function CallCard({ call, headingId, microphone, dense }: CallCardProps) {
  const styles = useStyles();
  const { act } = useAct();
  const [keypadOpen, setKeypadOpen] = useState(false);

  const answered = call.state === "active";
  const held = isHeldByMe(call);
  // Before the answer there is nobody who could take digits, whatever is to be heard.
  const digitsPossible = answered && !held;
  const keypad = keypadOpen && digitsPossible;
  const small = dense || keypad;

  const mute = () => act({ do: call.muted ? "unmute" : "mute", call: call.id });
  const hold = () => act({ do: held ? "resume" : "hold", call: call.id });
  const hangUp = () => act({ do: "hangUp", call: call.id });
  const toggleKeypad = () => setKeypadOpen(!keypad);
  useShortcuts({
    mute,
    hangUp,
    ...(answered ? { hold } : {}),
    ...(digitsPossible ? { keypad: toggleKeypad } : {}),
  });

  return (
    <div className={mergeClasses(styles.card, small && styles.small)}>
      {!small && <Avatar name={call.party.name ?? ""} size={72} color="brand" aria-hidden />}
      <PartyName call={call} id={headingId} />
      <div className={styles.state}>
        <span className={mergeClasses(styles.pill, (held || call.heldByThem) && styles.held)} data-testid="call-state">
          {stateWords(call)}
        </span>
        {call.answeredAtMs === null ? (
          <Elapsed sinceMs={call.startedAtMs} className={styles.timer} />
        ) : (
          <Elapsed sinceMs={call.answeredAtMs} className={styles.timer} />
        )}
      </div>
      {(answered || call.state === "early") && !held && (
        <div className={styles.sound}>
          <MicrophoneMeter microphone={microphone} muted={call.muted} />
          {call.quality !== null && (
            <Tooltip content={call.quality.figures} relationship="description">
              <p className={mergeClasses(styles.quality, qualityClass(styles, call.quality.level))}>{call.quality.words}</p>
            </Tooltip>
          )}
        </div>
      )}
      {keypad && <Keypad call={call} />}
      {!small && <Details details={call.details} />}
      <div className={styles.controls} role="group" aria-label="Call controls">
        <RoundButton
          icon={call.muted ? <MicOff24Filled /> : <Mic24Regular />}
          label={call.muted ? "Unmute" : "Mute"}
          shortcut="mute"
          on={call.muted}
          onPress={mute}
        />
        <RoundButton
          icon={held ? <Play24Filled /> : <Pause24Regular />}
          label={held ? "Resume" : "Hold"}
          shortcut="hold"
          on={held}
          disabled={!answered}
          onPress={hold}
        />
        <RoundButton
          icon={<Dialpad24Regular />}
          label="Keypad"
          shortcut="keypad"
          on={keypad}
          expanded={keypad}
          disabled={!digitsPossible}
          onPress={toggleKeypad}
        />
        <RoundButton
          icon={<CallEnd24Filled />}
          label={call.answeredAtMs === null ? "Cancel" : "Hang up"}
          shortcut="hangUp"
          danger
          onPress={hangUp}
        />
      </div>
    </div>
  );
}

function qualityClass(styles: ReturnType<typeof useStyles>, level: UiQualityLevel): string {
  switch (level) {
    case "good":
      return styles.good;
    case "fair":
      return styles.fair;
    case "poor":
      return styles.poor;
  }
}

const useStyles = makeStyles({
  card: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalL}`,
    textAlign: "center",
  },
  small: {
    paddingTop: tokens.spacingVerticalL,
    paddingBottom: tokens.spacingVerticalM,
    gap: tokens.spacingVerticalS,
  },
  state: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground2,
  },
  pill: {
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorBrandForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
  },
  held: {
    backgroundColor: tokens.colorPaletteMarigoldBackground2,
    color: tokens.colorPaletteMarigoldForeground2,
  },
  timer: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground1,
  },
  sound: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
  },
  quality: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  good: { color: tokens.colorNeutralForeground3 },
  fair: { color: tokens.colorStatusWarningForeground3 },
  poor: { color: tokens.colorStatusDangerForeground1, fontWeight: tokens.fontWeightSemibold },
  controls: {
    display: "flex",
    flexWrap: "wrap",
    justifyContent: "center",
    gap: tokens.spacingHorizontalS,
    marginTop: tokens.spacingVerticalS,
  },
});
