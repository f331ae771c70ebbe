import { makeStyles, Slider, tokens } from "@fluentui/react-components";
import { useEffect, useId, useRef, useState } from "react";

import { useAct } from "../host/HostContext";
import type { UiLoudness } from "../ipc/bindings";

/** How loud something is to be. While it is being moved the slider goes by the hand, then by the phone. */
export function Loudness({ of, label, percent }: { of: UiLoudness; label: string; percent: number }) {
  const styles = useStyles();
  const { act } = useAct();
  const id = useId();
  const [byHand, setByHand] = useState<number | null>(null);
  const untold = useRef<number | null>(null);

  // The phone is told often enough to hear the change, and last of all where the hand stopped.
  useEffect(() => {
    if (byHand === null) {
      return undefined;
    }
    const tell = () => {
      if (untold.current !== null) {
        act({ do: "setLoudness", of, percent: untold.current });
        untold.current = null;
      }
    };
    const telling = setTimeout(tell, TOLD_AFTER_MS);
    const letGo = setTimeout(() => setByHand(null), LET_GO_AFTER_MS);
    return () => {
      clearTimeout(telling);
      clearTimeout(letGo);
    };
  }, [act, of, byHand]);
  // Closed in the middle of a movement.
  useEffect(
    () => () => {
      if (untold.current !== null) {
        act({ do: "setLoudness", of, percent: untold.current });
        untold.current = null;
      }
    },
    [act, of],
  );

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
        max={100}
        step={5}
        value={shown}
        aria-valuetext={`${shown} percent`}
        onChange={(_, { value }) => {
          untold.current = value;
          setByHand(value);
        }}
      />
      <span aria-hidden className={styles.percent}>
        {shown} %
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
