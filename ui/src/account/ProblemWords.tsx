import { makeStyles, tokens } from "@fluentui/react-components";
import { Warning20Filled } from "@fluentui/react-icons/svg/warning";

import type { UiProblemKind } from "../ipc/bindings";
import { useWords, type WordId } from "../words/words";

/** What keeps the phone from starting, and what an agent can do about it. */
export function ProblemWords({ kind }: { kind: UiProblemKind }) {
  const styles = useStyles();
  const { say } = useWords();
  const { words, advice } = plainWords[kind];
  return (
    <div role="alert" className={styles.problem}>
      <Warning20Filled className={styles.icon} />
      <div className={styles.text}>
        <p className={styles.words}>{say(words)}</p>
        <p className={styles.advice}>{say(advice)}</p>
      </div>
    </div>
  );
}

/** Which file, which line and which key is for who mends it. */
const plainWords: Readonly<Record<UiProblemKind, { readonly words: WordId; readonly advice: WordId }>> = {
  profile: {
    words: "account.problem.profile.words",
    advice: "account.problem.profile.advice",
  },
  password: {
    words: "account.problem.password.words",
    advice: "account.problem.password.advice",
  },
  keychain: {
    words: "account.problem.keychain.words",
    advice: "account.problem.keychain.advice",
  },
  practice: {
    words: "account.problem.practice.words",
    advice: "account.problem.practice.advice",
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
