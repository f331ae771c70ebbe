import { makeStyles, mergeClasses, tokens, Tooltip } from "@fluentui/react-components";
import type { ComponentProps, ReactElement } from "react";

import type { Shortcut } from "../shared/actions";
import { focusRing } from "../shared/focusRing";
import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { useWords } from "../words/words";

/** What opens a popover on it comes along as the attributes of a button. */
interface RoundButtonProps extends Omit<ComponentProps<"button">, "disabled"> {
  icon: ReactElement;
  /** What pressing does, or undoes. */
  label: string;
  shortcut: Shortcut;
  /** What it does, where its name says too little. */
  hint?: string;
  /** Shown as switched on. */
  on?: boolean;
  /** Ends something. */
  danger?: boolean;
  /** Why it cannot be used now; still reachable by keyboard, so that a reader finds it. */
  disabled?: string | undefined;
  /** A press counts in a moment, not yet; it looks as it will then. */
  tooSoon?: boolean;
  onPress?: () => void;
}

/** One of the large round controls of a call, its name below it. */
export function RoundButton({ icon, label, shortcut, hint, on, danger, disabled, tooSoon, onPress, ...rest }: RoundButtonProps) {
  const styles = useStyles();
  const words = useWords();
  const off = disabled !== undefined;
  const inert = off || tooSoon === true;
  return (
    <Tooltip content={disabled ?? withKeys(words, hint ?? label, shortcut)} relationship="description">
      <button
        type="button"
        {...rest}
        className={mergeClasses(styles.button, off && styles.disabled)}
        aria-keyshortcuts={ariaShortcut(shortcut)}
        aria-disabled={inert ? true : undefined}
        onClick={(event) => {
          rest.onClick?.(event);
          if (!inert) {
            onPress?.();
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
    width: "100%",
    maxWidth: "84px",
    padding: `${tokens.spacingVerticalXS} 0`,
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
    "@media (forced-colors: active)": { color: "GrayText" },
  },
  disc: {
    display: "grid",
    placeItems: "center",
    width: "min(52px, 100%)",
    aspectRatio: "1",
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
    "@media (forced-colors: active)": { backgroundColor: "Highlight", color: "HighlightText", forcedColorAdjust: "none" },
  },
  danger: {
    backgroundColor: tokens.colorStatusDangerBackground3,
    color: tokens.colorNeutralForegroundStaticInverted,
  },
  label: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    overflowWrap: "anywhere",
    // Some languages have long names for short things.
    hyphens: "auto",
  },
});
