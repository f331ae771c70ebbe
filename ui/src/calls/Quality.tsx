import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useId, useState } from "react";

import type { UiQuality } from "../ipc/bindings";
import { focusRing } from "../shared/focusRing";
import { useWords, type Words } from "../words/words";
import { SoundDetails } from "./SoundDetails";
import { figuresWords, qualityWords } from "./soundWords";

interface QualityProps {
  quality: UiQuality;
  /** The longest time without sound in this call. */
  longestGapMs: number | null;
}

/** How the sound is, in words; pressed, the figures behind them. */
export function Quality({ quality, longestGapMs }: QualityProps) {
  const { level, figures } = quality;
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const details = useId();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={mergeClasses(styles.button, styles[level])}
        aria-expanded={open}
        aria-controls={open ? details : undefined}
        title={open ? undefined : say("calls.sound.figures")}
        onClick={() => setOpen(!open)}
      >
        <span aria-hidden className={styles.bars}>
          {BARS.map((needed, index) => (
            <span
              key={needed}
              className={mergeClasses(styles.bar, strength[level] >= index + 1 && styles.lit)}
              style={{ height: `${needed}px` }}
            />
          ))}
        </span>
        <span>
          {qualityWords(words, quality)}
          {open && (
            <span className={styles.figures}>
              {" "}
              {figuresWords(words, figures)}
              {longestGapMs !== null && `, ${gapWords(words, longestGapMs)}`}
            </span>
          )}
        </span>
      </button>
      {open && <SoundDetails id={details} quality={quality} />}
    </>
  );
}

function gapWords({ say }: Words, ms: number): string {
  return ms < 1_000 ? say("calls.sound.gapMs", { ms }) : say("calls.sound.gapS", { seconds: ms / 1_000 });
}

/** Heights of the bars, in px. */
const BARS = [4, 8, 12];

const strength = { good: 3, fair: 2, poor: 1 } as const;

const useStyles = makeStyles({
  button: {
    ...focusRing,
    display: "flex",
    alignItems: "flex-start",
    gap: tokens.spacingHorizontalXS,
    marginInlineStart: "auto",
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXS}`,
    border: "none",
    borderRadius: tokens.borderRadiusMedium,
    background: "none",
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    ":hover": { backgroundColor: tokens.colorNeutralBackground3 },
  },
  good: { color: tokens.colorNeutralForeground2 },
  fair: { color: tokens.colorStatusWarningForeground3 },
  poor: { color: tokens.colorStatusDangerForeground1, fontWeight: tokens.fontWeightSemibold },
  bars: {
    display: "flex",
    alignItems: "flex-end",
    flexShrink: 0,
    gap: "2px",
    height: "14px",
  },
  bar: {
    width: "3px",
    borderRadius: "1px",
    backgroundColor: "currentColor",
    opacity: 0.25,
    "@media (forced-colors: active)": { backgroundColor: "CanvasText", forcedColorAdjust: "none" },
  },
  lit: {
    opacity: 1,
  },
  figures: {
    display: "block",
    fontWeight: tokens.fontWeightRegular,
    color: tokens.colorNeutralForeground2,
  },
});
