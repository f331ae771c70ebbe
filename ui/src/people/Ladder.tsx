import { Button, makeStyles, tokens } from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiConsent } from "../ipc/bindings";
import { CopyButton } from "../shared/CopyButton";
import { focusRing } from "../shared/focusRing";
import { useWords } from "../words/words";
import { unlockWords } from "./presenceWords";

interface LadderProps {
  ladder: readonly UiConsent[];
  /** There is nothing to see without it. */
  open: boolean;
}

/** What the organisation has not granted: what each step unlocks, who may grant it, and how to ask. */
export function Ladder({ ladder, open }: LadderProps) {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  if (ladder.length === 0) {
    return null;
  }
  const steps = (
    <ol className={styles.steps}>
      {ladder.map(({ rung, unlocks, permissions, byAdministrator }) => (
        <li key={rung} className={styles.step}>
          <p className={styles.unlocks}>{say(unlockWords[unlocks])}</p>
          <p className={styles.who}>
            {say(byAdministrator ? "people.consent.byAdministrator" : "people.consent.bySelf")}
          </p>
          {byAdministrator && <code className={styles.names}>{permissions.join(", ")}</code>}
          <div className={styles.buttons}>
            {byAdministrator ? (
              <CopyButton size="small" text={say("people.consent.request", { permissions: permissions.join(", "), unlocks: say(unlockWords[unlocks]) })} label={say("people.consent.copy")} />
            ) : (
              <Button size="small" appearance="primary" onClick={() => act({ do: "askConsent", rung })}>
                {say("people.askConsent")}
              </Button>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
  return open ? (
    steps
  ) : (
    <details>
      <summary className={styles.summary}>{say("people.consent.more", { count: ladder.length })}</summary>
      {steps}
    </details>
  );
}

const useStyles = makeStyles({
  steps: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  step: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  unlocks: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  who: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
  },
  names: {
    fontFamily: tokens.fontFamilyMonospace,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  buttons: {
    display: "flex",
    marginTop: tokens.spacingVerticalXS,
  },
  summary: {
    ...focusRing,
    width: "fit-content",
    marginBottom: tokens.spacingVerticalXS,
    borderRadius: tokens.borderRadiusMedium,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    cursor: "pointer",
  },
});
