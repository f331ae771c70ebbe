import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

/** Things of a section that belong together, one below the other. */
export function Part({ title, children }: { title?: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.part}>
      {title !== undefined && <h3 className={styles.title}>{title}</h3>}
      {children}
    </div>
  );
}

/** A sentence in a section. */
export function Text({ children }: { children: ReactNode }) {
  const styles = useStyles();
  return <p className={styles.text}>{children}</p>;
}

const useStyles = makeStyles({
  part: {
    display: "flex",
    flexDirection: "column",
    alignItems: "flex-start",
    gap: tokens.spacingVerticalS,
    marginBottom: tokens.spacingVerticalL,
    // What fills the width says so itself.
    "& > section": { alignSelf: "stretch" },
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: {
    margin: 0,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
});
