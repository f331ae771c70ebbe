import { makeStyles, tokens } from "@fluentui/react-components";

import { Mark } from "../shared/Mark";
import { shortcutLabel } from "../shared/shortcuts";

/** Nothing to do: calm, and the one hint that helps. */
export function NoCalls({ reachable }: { reachable: boolean }) {
  const styles = useStyles();
  return (
    <div className={styles.page}>
      <Mark className={styles.mark} />
      <p className={styles.title}>{reachable ? "Ready for calls" : "Calls cannot reach you now"}</p>
      <p className={styles.text}>
        {reachable ? (
          <>
            They ring here. <kbd className={styles.key}>{shortcutLabel("number")}</kbd> to call somebody.
          </>
        ) : (
          "They ring here as soon as you are reachable again."
        )}
      </p>
    </div>
  );
}

const useStyles = makeStyles({
  page: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    flexGrow: 1,
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalXXL,
    textAlign: "center",
  },
  mark: {
    width: "72px",
    height: "72px",
    marginBottom: tokens.spacingVerticalM,
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: {
    margin: 0,
    maxWidth: "280px",
    color: tokens.colorNeutralForeground2,
    lineHeight: tokens.lineHeightBase400,
  },
  key: {
    padding: `1px ${tokens.spacingHorizontalXS}`,
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
  },
});
