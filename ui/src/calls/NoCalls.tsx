import { makeStyles, mergeClasses, Spinner, tokens } from "@fluentui/react-components";

import type { ReactNode } from "react";

import type { UiReachability } from "../ipc/bindings";
import { Mark } from "../shared/Mark";
import { shortcutLabel } from "../shared/shortcuts";
import { useWords } from "../words/words";

interface NoCallsProps {
  reachability: UiReachability;
  /** Callers are told that the agent is busy. */
  doNotDisturb: boolean;
  noRecents: boolean;
}

/** Nothing to do: calm, and the one hint that helps. */
export function NoCalls({ reachability, doNotDisturb, noRecents }: NoCallsProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const reachable = reachability === "reachable";
  return (
    <div className={styles.page}>
      <Mark className={mergeClasses(styles.mark, (!reachable || doNotDisturb) && styles.pale)} />
      {/* No call comes then, and the head of the window says so. */}
      {doNotDisturb ? null : reachable ? (
        <>
          <p className={styles.title}>{say("calls.none.ready")}</p>
          <p className={styles.text}>
            {words.draw("calls.none.here", {
              keys: shortcutLabel(words, "number"),
              key: (inside: ReactNode) => <kbd dir="ltr" className={styles.key}>{inside}</kbd>,
            })}
          </p>
          {noRecents && <p className={styles.text}>{say("recents.none")}</p>}
        </>
      ) : reachability === "connecting" ? (
        <>
          <Spinner size="tiny" label={say("account.connecting")} />
          <p className={styles.text}>{say("calls.none.connecting")}</p>
        </>
      ) : (
        <p className={styles.text}>{say("calls.none.later")}</p>
      )}
    </div>
  );
}

const useStyles = makeStyles({
  page: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    flexGrow: 1,
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalXXL,
    textAlign: "center",
  },
  mark: {
    width: "72px",
    height: "72px",
    marginBottom: tokens.spacingVerticalM,
  },
  pale: {
    filter: "grayscale(1)",
    opacity: 0.5,
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: {
    margin: 0,
    maxWidth: "300px",
    textWrap: "balance",
    color: tokens.colorNeutralForeground2,
    lineHeight: tokens.lineHeightBase400,
  },
  key: {
    padding: `1px ${tokens.spacingHorizontalXS}`,
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
  },
});
