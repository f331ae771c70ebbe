import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Mic16Regular } from "@fluentui/react-icons/svg/mic";
import { MicOff16Filled } from "@fluentui/react-icons/svg/mic-off";

import type { UiDevice } from "../ipc/bindings";

/** Whether the other end can hear us: the microphone's level, or that it is muted. */
export function MicrophoneMeter({ microphone, muted }: { microphone: UiDevice; muted: boolean }) {
  const styles = useStyles();
  if (muted) {
    return (
      <p className={mergeClasses(styles.line, styles.muted)}>
        <MicOff16Filled /> Muted: they cannot hear you
      </p>
    );
  }
  if (microphone.state !== "inUse" && microphone.state !== "standIn") {
    return null;
  }
  return (
    <div className={styles.line}>
      <Mic16Regular aria-hidden />
      <div
        role="meter"
        aria-label={microphone.name === null ? "Microphone level" : `Microphone level, ${microphone.name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={microphone.levelPercent}
        className={styles.track}
      >
        <div className={styles.level} style={{ transform: `scaleX(${microphone.levelPercent / 100})` }} />
      </div>
    </div>
  );
}

const useStyles = makeStyles({
  line: {
    display: "flex",
    alignItems: "center",
    justifyContent: "center",
    gap: tokens.spacingHorizontalXS,
    margin: 0,
    minHeight: "24px",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
  muted: {
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorStatusDangerForeground1,
  },
  track: {
    width: "96px",
    height: "4px",
    overflow: "hidden",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground5,
  },
  level: {
    height: "100%",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorBrandBackground,
    transformOrigin: "left",
    transitionProperty: "transform",
    transitionDuration: tokens.durationFaster,
  },
});
