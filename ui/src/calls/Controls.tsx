import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

/** The round controls of a card: in a row, or in rows of three where the window is narrow. */
export function Controls({ label, children }: { label: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.controls} role="group" aria-label={label}>
      {children}
    </div>
  );
}

const useStyles = makeStyles({
  controls: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(50px, 1fr))",
    justifyItems: "center",
    gap: tokens.spacingVerticalXS,
    "@media (max-width: 399px)": { gridTemplateColumns: "repeat(3, minmax(0, 1fr))" },
  },
});
