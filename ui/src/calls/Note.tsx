import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Info20Regular } from "@fluentui/react-icons/svg/info";
import { Warning20Filled } from "@fluentui/react-icons/svg/warning";
import type { ReactNode } from "react";

interface NoteProps {
  tone: "info" | "warning" | "danger";
  words: ReactNode;
  advice?: ReactNode;
  /** Names the words, for what is described by them. */
  id?: string;
  /** What can be done about it. */
  children?: ReactNode;
}

/** Something to know on a card, in place: a sign, what is the matter, what to do. */
export function Note({ tone, words, advice, id, children }: NoteProps) {
  const styles = useStyles();
  return (
    <div className={mergeClasses(styles.note, styles[tone])}>
      {tone === "info" ? (
        <Info20Regular aria-hidden className={mergeClasses(styles.icon, styles.calm)} />
      ) : (
        <Warning20Filled aria-hidden className={mergeClasses(styles.icon, tone === "danger" && styles.alarming)} />
      )}
      <div className={styles.text} id={id}>
        <p className={styles.words}>{words}</p>
        {advice !== undefined && advice !== null && <p className={styles.advice}>{advice}</p>}
      </div>
      {children !== undefined && children !== false && <div className={styles.actions}>{children}</div>}
    </div>
  );
}

const useStyles = makeStyles({
  note: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground1,
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  info: { backgroundColor: tokens.colorNeutralBackground3 },
  warning: { backgroundColor: tokens.colorStatusWarningBackground1 },
  danger: { backgroundColor: tokens.colorStatusDangerBackground1 },
  icon: {
    flexShrink: 0,
    color: tokens.colorStatusWarningForeground3,
  },
  calm: { color: tokens.colorBrandForeground1 },
  alarming: { color: tokens.colorStatusDangerForeground1 },
  text: {
    flexGrow: 1,
    flexBasis: "140px",
    minWidth: 0,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  words: {
    margin: 0,
    fontWeight: tokens.fontWeightSemibold,
    lineHeight: tokens.lineHeightBase300,
  },
  advice: { margin: 0 },
  actions: {
    display: "flex",
    flexWrap: "wrap",
    flexBasis: "100%",
    justifyContent: "flex-end",
    gap: tokens.spacingHorizontalS,
  },
});
