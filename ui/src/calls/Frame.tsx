import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

interface FrameProps {
  /** The calls in it. */
  calls: readonly number[];
  /** The headings that name it. */
  labelledBy: string;
  className?: string | undefined;
  children: ReactNode;
}

/** One conversation's place in the page: the same element from the first ring to the end. */
export function Frame({ calls, labelledBy, className, children }: FrameProps) {
  const styles = useStyles();
  return (
    <section
      data-call={calls.join(" ")}
      aria-labelledby={labelledBy}
      tabIndex={-1}
      className={mergeClasses(styles.frame, className)}
    >
      {children}
    </section>
  );
}

const useStyles = makeStyles({
  frame: {
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow4,
    outlineStyle: "none",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
});
