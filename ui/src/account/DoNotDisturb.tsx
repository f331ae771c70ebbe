import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { PresenceDnd20Regular } from "@fluentui/react-icons/svg/presence-dnd";

import { useAct } from "../host/HostContext";
import { useWords } from "../words/words";

/** That callers are told the agent is busy, and the way out: in sight for as long as it is so. */
export function DoNotDisturb() {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  return (
    <section className={styles.strip} aria-label={say("account.doNotDisturb")}>
      <PresenceDnd20Regular aria-hidden className={styles.icon} />
      <p className={styles.text}>
        <strong className={styles.title}>{say("account.doNotDisturb")}</strong>
        {say("account.doNotDisturb.what")}
      </p>
      <Button size="small" onClick={() => act({ do: "setDoNotDisturb", on: false })}>
        {say("account.doNotDisturb.end")}
      </Button>
    </section>
  );
}

const useStyles = makeStyles({
  strip: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground3,
    "@media (max-width: 359px)": { paddingInline: tokens.spacingHorizontalM },
  },
  icon: {
    flexShrink: 0,
    color: tokens.colorStatusDangerForeground1,
    "@media (forced-colors: active)": { color: "CanvasText" },
  },
  text: {
    flexGrow: 1,
    flexBasis: "140px",
    minWidth: 0,
    margin: 0,
    overflowWrap: "anywhere",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  title: {
    display: "block",
    fontWeight: tokens.fontWeightSemibold,
  },
});
