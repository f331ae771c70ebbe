import { makeStyles, Slider, tokens } from "@fluentui/react-components";
import { useEffect, useEffectEvent, useId, useRef, useState } from "react";

import { useWords } from "../words/words";

interface LoudnessLineProps {
  label: string;
  /** What a reader says, if the label alone says too little. */
  spoken?: string;
  /** As the phone has it now. */
  percent: number;
  most?: number;
  tell: (percent: number) => void;
}

/** How loud something is to be. While it is being moved the slider goes by the hand, then by the phone. */
export function LoudnessLine({ label, spoken, percent, most = 100, tell }: LoudnessLineProps) {
  const styles = useStyles();
  const { say } = useWords();
  const id = useId();
  const [byHand, setByHand] = useState<number | null>(null);
  const untold = useRef<number | null>(null);

  const onTold = useEffectEvent(() => {
    if (untold.current !== null) {
      tell(untold.current);
      untold.current = null;
    }
  });
  // The phone is told often enough to hear the change, and last of all where the hand stopped.
  useEffect(() => {
    if (byHand === null) {
      return undefined;
    }
    const telling = setTimeout(() => onTold(), TOLD_AFTER_MS);
    const letGo = setTimeout(() => setByHand(null), LET_GO_AFTER_MS);
    return () => {
      clearTimeout(telling);
      clearTimeout(letGo);
    };
  }, [byHand]);
  // Closed in the middle of a movement.
  useEffect(() => () => onTold(), []);

  const shown = byHand ?? percent;
  return (
    <div className={styles.line}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <Slider
        id={id}
        className={styles.slider}
        rail={{ className: styles.rail }}
        min={0}
        max={most}
        step={5}
        value={shown}
        aria-label={spoken}
        aria-valuetext={say("shared.percentSpoken", { percent: shown })}
        onChange={(_, { value }) => {
          untold.current = value;
          setByHand(value);
        }}
      />
      <span aria-hidden className={styles.percent}>
        {say("shared.percent", { percent: shown })}
      </span>
    </div>
  );
}

/** A hand that moves on is waited for: a step of the slider takes about as long. */
const TOLD_AFTER_MS = 60;

/** By then the phone has answered. */
const LET_GO_AFTER_MS = 1_000;

const useStyles = makeStyles({
  line: {
    display: "grid",
    gridTemplateColumns: "52px minmax(72px, 1fr) 44px",
    alignItems: "center",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
  label: {
    minWidth: 0,
  },
  slider: {
    minWidth: 0,
  },
  // Steps for the keys; twenty marks say nothing.
  rail: {
    "::before": { backgroundImage: "none" },
  },
  percent: {
    textAlign: "end",
    fontVariantNumeric: "tabular-nums",
  },
});
