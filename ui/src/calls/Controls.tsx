import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

/** The round controls of a card in a row; six of them in two rows where the window is narrow. */
export function Controls({ label, six, children }: { label: string; six?: boolean; children: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={mergeClasses(styles.controls, six === true && styles.six)} role="group" aria-label={label}>
      {children}
    </div>
  );
}

const useStyles = makeStyles({
  controls: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(46px, 1fr))",
    justifyItems: "center",
    gap: tokens.spacingVerticalXS,
  },
  six: {
    "@media (max-width: 399px)": { gridTemplateColumns: "repeat(3, minmax(0, 1fr))" },
  },
});
