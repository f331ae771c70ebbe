import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { CheckmarkCircle20Filled } from "@fluentui/react-icons/svg/checkmark-circle";

import { useWords, type WordId } from "../words/words";

export type Step = "signIn" | "headset" | "ready";

/** The three steps of a first day, and which of them this is. */
export function StepsLine({ step }: { step: Step }) {
  const styles = useStyles();
  const { say } = useWords();
  const at = STEPS.indexOf(step);
  return (
    <ol className={styles.steps} aria-label={say("first.steps")}>
      {STEPS.map((known, index) => (
        <li
          key={known}
          aria-current={known === step ? "step" : undefined}
          className={mergeClasses(styles.step, known === step && styles.current)}
        >
          {index < at ? (
            <CheckmarkCircle20Filled aria-label={say("first.done")} className={styles.done} />
          ) : (
            <span aria-hidden className={styles.number}>
              {index + 1}
            </span>
          )}
          {say(names[known])}
        </li>
      ))}
    </ol>
  );
}

const names: Readonly<Record<Step, WordId>> = {
  signIn: "first.signIn",
  headset: "first.headset",
  ready: "first.ready",
};

const STEPS = Object.keys(names) as readonly Step[];

const useStyles = makeStyles({
  steps: {
    display: "flex",
    flexWrap: "wrap",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: 0,
    padding: 0,
    listStyleType: "none",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  step: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorNeutralForeground2,
  },
  current: {
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground1,
  },
  done: {
    color: tokens.colorBrandForeground1,
  },
  number: {
    display: "grid",
    placeItems: "center",
    minWidth: "20px",
    height: "20px",
    borderRadius: tokens.borderRadiusCircular,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    boxSizing: "border-box",
    fontVariantNumeric: "tabular-nums",
  },
});
