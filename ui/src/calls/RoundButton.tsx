import { makeStyles, mergeClasses, tokens, Tooltip } from "@fluentui/react-components";
import type { ReactElement } from "react";

import { focusRing } from "../shared/focusRing";
import { ariaShortcut, shortcutLabel, type Shortcut } from "../shared/shortcuts";

interface RoundButtonProps {
  icon: ReactElement;
  /** What pressing does, or undoes. */
  label: string;
  shortcut: Shortcut;
  /** Shown as switched on. */
  on?: boolean;
  /** Ends something. */
  danger?: boolean;
  /** Cannot be used now; still reachable by keyboard, so that a reader finds it. */
  disabled?: boolean;
  expanded?: boolean;
  onPress: () => void;
}

/** One of the large round controls of a call, its name below it. */
export function RoundButton({ icon, label, shortcut, on, danger, disabled, expanded, onPress }: RoundButtonProps) {
  const styles = useStyles();
  return (
    <Tooltip content={`${label} (${shortcutLabel(shortcut)})`} relationship="description">
      <button
        type="button"
        className={mergeClasses(styles.button, disabled === true && styles.disabled)}
        aria-keyshortcuts={ariaShortcut(shortcut)}
        aria-disabled={disabled === true ? true : undefined}
        aria-expanded={expanded}
        onClick={() => {
          if (disabled !== true) {
            onPress();
          }
        }}
      >
        <span className={mergeClasses(styles.disc, on === true && styles.on, danger === true && styles.danger)}>{icon}</span>
        <span className={styles.label}>{label}</span>
      </button>
    </Tooltip>
  );
}

const useStyles = makeStyles({
  button: {
    ...focusRing,
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalXS,
    minWidth: "68px",
    padding: tokens.spacingVerticalXS,
    border: "none",
    borderRadius: tokens.borderRadiusXLarge,
    background: "none",
    color: tokens.colorNeutralForeground1,
    font: "inherit",
    cursor: "pointer",
    "&:hover > span:first-child": { opacity: 0.86 },
    "&:active > span:first-child": { transform: "scale(0.95)" },
  },
  disabled: {
    cursor: "default",
    color: tokens.colorNeutralForegroundDisabled,
    "& > span:first-child": { color: tokens.colorNeutralForegroundDisabled },
    "&:hover > span:first-child": { opacity: 1 },
    "&:active > span:first-child": { transform: "none" },
  },
  disc: {
    display: "grid",
    placeItems: "center",
    width: "52px",
    height: "52px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground5,
    transitionProperty: "transform, background-color",
    transitionDuration: tokens.durationFast,
    "@media (prefers-reduced-motion: reduce)": { transitionDuration: "0.01ms" },
    "@media (forced-colors: active)": { border: "1px solid ButtonText" },
  },
  on: {
    backgroundColor: tokens.colorNeutralForeground1,
    color: tokens.colorNeutralBackground1,
  },
  danger: {
    backgroundColor: tokens.colorStatusDangerBackground3,
    color: tokens.colorNeutralForegroundStaticInverted,
  },
  label: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
});
