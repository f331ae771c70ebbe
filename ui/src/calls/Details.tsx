import { makeStyles, tokens } from "@fluentui/react-components";

import type { UiDetail } from "../ipc/bindings";

/** What a call said of itself, as a list of names and values. */
export function Details({ details }: { details: readonly UiDetail[] }) {
  const styles = useStyles();
  if (details.length === 0) {
    return null;
  }
  return (
    <dl className={styles.list}>
      {details.map(({ kind, label, value }, index) => (
        // Two headers may say the same: only their place tells them apart.
        <div key={index} className={styles.line}>
          <dt className={styles.label}>{label}</dt>
          <dd className={kind === "queue" || kind === "subject" ? styles.strong : styles.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const useStyles = makeStyles({
  list: {
    alignSelf: "stretch",
    display: "grid",
    gridTemplateColumns: "fit-content(40%) 1fr",
    columnGap: tokens.spacingHorizontalL,
    rowGap: tokens.spacingVerticalXS,
    margin: 0,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground3,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    textAlign: "start",
  },
  line: {
    display: "contents",
  },
  label: {
    color: tokens.colorNeutralForeground2,
  },
  value: {
    margin: 0,
    overflowWrap: "anywhere",
  },
  strong: {
    margin: 0,
    overflowWrap: "anywhere",
    fontWeight: tokens.fontWeightSemibold,
  },
});
