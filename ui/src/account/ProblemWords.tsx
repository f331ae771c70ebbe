import { makeStyles, tokens } from "@fluentui/react-components";
import { Warning20Filled } from "@fluentui/react-icons/svg/warning";

import type { UiProblem } from "../ipc/bindings";

/** What keeps the phone from starting, and what to do about it. */
export function ProblemWords({ problem: { words, advice } }: { problem: UiProblem }) {
  const styles = useStyles();
  return (
    <div role="alert" className={styles.problem}>
      <Warning20Filled className={styles.icon} />
      <div className={styles.text}>
        <p className={styles.words}>{words}</p>
        {advice !== null && <p className={styles.advice}>{advice}</p>}
      </div>
    </div>
  );
}

const useStyles = makeStyles({
  problem: {
    display: "flex",
    gap: tokens.spacingHorizontalS,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorStatusDangerBackground1,
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  icon: {
    flexShrink: 0,
    color: tokens.colorStatusDangerForeground1,
  },
  text: {
    minWidth: 0,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  words: {
    margin: 0,
    fontWeight: tokens.fontWeightSemibold,
  },
  advice: {
    margin: `${tokens.spacingVerticalXS} 0 0`,
  },
});
