import { makeStyles, tokens } from "@fluentui/react-components";
import { Warning20Filled } from "@fluentui/react-icons/svg/warning";

import type { UiProblemKind } from "../ipc/bindings";

/** What keeps the phone from starting, and what an agent can do about it. */
export function ProblemWords({ kind }: { kind: UiProblemKind }) {
  const styles = useStyles();
  const { words, advice } = plainWords[kind];
  return (
    <div role="alert" className={styles.problem}>
      <Warning20Filled className={styles.icon} />
      <div className={styles.text}>
        <p className={styles.words}>{words}</p>
        <p className={styles.advice}>{advice}</p>
      </div>
    </div>
  );
}

/** Which file, which line and which key is for who mends it. */
const plainWords: Readonly<Record<UiProblemKind, { readonly words: string; readonly advice: string }>> = {
  profile: {
    words: "The settings of your phone cannot be used.",
    advice: "Ask your IT department to mend them, then read them again.",
  },
  password: {
    words: "Your password is not stored on this computer.",
    advice: "Ask your IT department to store it, then try again.",
  },
  keychain: {
    words: "The keychain, where this computer keeps your password, cannot be used now.",
    advice: "Sign out of the computer and in again, then try again. If it stays so, ask your IT department.",
  },
  practice: {
    words: "The practice contact centre did not start.",
    advice: "Try again. If it stays so, go back and tell your IT department.",
  },
};

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
