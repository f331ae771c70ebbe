import { Button, makeStyles, tokens } from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiConsent } from "../ipc/bindings";
import { CopyButton } from "../shared/CopyButton";
import { focusRing } from "../shared/focusRing";

interface LadderProps {
  ladder: readonly UiConsent[];
  /** There is nothing to see without it. */
  open: boolean;
}

/** What the organisation has not granted: what each step unlocks, who may grant it, and how to ask. */
export function Ladder({ ladder, open }: LadderProps) {
  const styles = useStyles();
  const { act } = useAct();
  if (ladder.length === 0) {
    return null;
  }
  const steps = (
    <ol className={styles.steps}>
      {ladder.map(({ rung, unlocks, permissions, byAdministrator }) => (
        <li key={rung} className={styles.step}>
          <p className={styles.unlocks}>{unlocks}</p>
          <p className={styles.who}>
            {byAdministrator ? "Your administrator can grant this. Send them these names:" : "You can grant this yourself."}
          </p>
          {byAdministrator && <code className={styles.names}>{permissions.join(", ")}</code>}
          <div className={styles.buttons}>
            {byAdministrator ? (
              <CopyButton size="small" text={forAdministrator(unlocks, permissions)} label="Copy for the administrator" />
            ) : (
              <Button size="small" appearance="primary" onClick={() => act({ do: "askConsent", rung })}>
                Ask for it
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
      <summary className={styles.summary}>{ladder.length === 1 ? "One thing more is possible" : `${ladder.length} things more are possible`}</summary>
      {steps}
    </details>
  );
}

function forAdministrator(unlocks: string, permissions: readonly string[]): string {
  return `Please grant Warmline these delegated permissions of Microsoft Graph: ${permissions.join(", ")}. What for: ${unlocks}`;
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
