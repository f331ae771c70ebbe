import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";

import type { UiDeviceRole } from "../ipc/bindings";
import { useLevel } from "./levels";

/** How loud a device is right now, as a bar. */
export function LevelMeter({ part, label, className }: { part: UiDeviceRole; label: string; className?: string }) {
  const styles = useStyles();
  const percent = useLevel(part);
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={mergeClasses(styles.track, className)}
    >
      <div className={styles.level} style={{ transform: `scaleX(${percent / 100})` }} />
    </div>
  );
}

const useStyles = makeStyles({
  track: {
    minWidth: "48px",
    height: "4px",
    overflow: "hidden",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground5,
    "@media (forced-colors: active)": { outline: "1px solid CanvasText" },
  },
  level: {
    height: "100%",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorBrandBackground,
    transformOrigin: "left",
    transitionProperty: "transform",
    transitionDuration: tokens.durationFaster,
    "@media (prefers-reduced-motion: reduce)": { transitionDuration: "0.01ms" },
    "@media (forced-colors: active)": { backgroundColor: "Highlight", forcedColorAdjust: "none" },
  },
});
