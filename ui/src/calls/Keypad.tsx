import { makeStyles, tokens } from "@fluentui/react-components";
import { useEffect, useEffectEvent } from "react";

import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { focusRing } from "../shared/focusRing";
import { isField } from "../shared/shortcuts";
import { useWords, type WordId } from "../words/words";

/** Digits for the other end, by pointer or by typing them anywhere but in a field. */
export function Keypad({ call }: { call: UiCall }) {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  const send = (digit: string) => act({ do: "dtmf", call: call.id, digits: digit });

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const typed = event.ctrlKey || event.metaKey || event.altKey || event.repeat || isField(event.target);
    if (!typed && keys.some(({ digit }) => digit === event.key)) {
      event.preventDefault();
      send(event.key);
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);

  return (
    <div role="group" aria-label={say("calls.keypad")}>
      <output className={styles.sent} aria-label={say("calls.keypad.sent")}>
        {call.dtmfSent === "" ? <span className={styles.hint}>{say("calls.keypad.hint")}</span> : <bdi>{call.dtmfSent}</bdi>}
      </output>
      <div className={styles.keys}>
        {keys.map(({ digit, letters, name }) => (
          <button
            key={digit}
            type="button"
            className={styles.key}
            aria-label={name === undefined ? digit : say(name)}
            data-letters={letters}
            onClick={() => send(digit)}
          >
            {digit}
          </button>
        ))}
      </div>
    </div>
  );
}

interface Key {
  readonly digit: string;
  readonly letters: string;
  readonly name?: WordId;
}

const keys: readonly Key[] = [
  { digit: "1", letters: "" },
  { digit: "2", letters: "ABC" },
  { digit: "3", letters: "DEF" },
  { digit: "4", letters: "GHI" },
  { digit: "5", letters: "JKL" },
  { digit: "6", letters: "MNO" },
  { digit: "7", letters: "PQRS" },
  { digit: "8", letters: "TUV" },
  { digit: "9", letters: "WXYZ" },
  { digit: "*", letters: "", name: "calls.digit.star" },
  { digit: "0", letters: "+" },
  { digit: "#", letters: "", name: "calls.digit.hash" },
];

const useStyles = makeStyles({
  sent: {
    display: "block",
    minHeight: tokens.lineHeightBase500,
    marginBottom: tokens.spacingVerticalS,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontVariantNumeric: "tabular-nums",
    letterSpacing: "0.08em",
    textAlign: "center",
    overflowWrap: "anywhere",
  },
  hint: {
    fontSize: tokens.fontSizeBase200,
    letterSpacing: "normal",
    color: tokens.colorNeutralForeground3,
  },
  keys: {
    display: "grid",
    gridTemplateColumns: "repeat(3, minmax(40px, 80px))",
    justifyContent: "center",
    gap: tokens.spacingVerticalS,
  },
  key: {
    ...focusRing,
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    height: "48px",
    // In a low window all of it is in sight at once.
    "@media (max-height: 760px)": { height: "38px" },
    padding: 0,
    border: "none",
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground5,
    color: tokens.colorNeutralForeground1,
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightMedium,
    cursor: "pointer",
    // Decoration for the eye: no part of the name.
    "::after": {
      content: "attr(data-letters)",
      minHeight: "10px",
      fontSize: "9px",
      lineHeight: "10px",
      letterSpacing: "0.12em",
      color: tokens.colorNeutralForeground2,
    },
    ":hover": { opacity: 0.86 },
    ":active": { backgroundColor: tokens.colorNeutralBackground5Pressed },
    "@media (forced-colors: active)": { border: "1px solid ButtonText" },
  },
});
