import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { createContext, useContext, useState, type ReactNode } from "react";

import type { UiAbout } from "../ipc/bindings";
import { useWords } from "../words/words";
import { CopyButton } from "./CopyButton";
import { focusRing } from "./focusRing";
import { NOT_KNOWN, report } from "./report";

/** The program, for reports of it. */
export const AboutContext = createContext<UiAbout>(NOT_KNOWN);

interface TroubleProps {
  /** What happened, in a sentence. */
  what: ReactNode;
  /** What to do about it, in a sentence; none where there is nothing to do. */
  advice: string | null;
  /** Codes and counts for who looks after the phone: nobody's name or number. */
  facts: Readonly<Record<string, string | number>>;
  /** `what` stands in a line of its own already. */
  quiet?: boolean;
  /** Both are English, whatever the window speaks. */
  english?: boolean;
}

/**
 * What went wrong, wherever in the window: what happened, what to do, and for IT a report in a fold, to be
 * copied. No code stands alone: an agent never has to read one. Give it a key: the report is of the moment
 * in which it is first shown.
 */
export function Trouble({ what, advice, facts, quiet, english }: TroubleProps) {
  const styles = useStyles();
  const lang = english === true ? "en" : undefined;
  return (
    <div className={styles.trouble}>
      <p className={mergeClasses(styles.text, quiet !== true && advice !== null && styles.strong)} lang={lang}>{what}</p>
      {advice !== null && (
        <p className={mergeClasses(styles.text, quiet === true && styles.soft)} lang={lang}>
          {advice}
        </p>
      )}
      <ReportFold facts={facts} />
    </div>
  );
}

interface ReportFoldProps {
  /** As in a `Trouble`. */
  facts: Readonly<Record<string, string | number>>;
  title?: string;
  /** What exactly is the matter, for who stands at this screen: it may name servers and files, and is not copied. */
  children?: ReactNode;
}

/** The report by itself, where what happened and what to do are said in another shape. Give it a key as well. */
export function ReportFold({ facts, title, children }: ReportFoldProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const about = useContext(AboutContext);
  const [text] = useState(() => report(words, about, facts));
  return (
    <details className={styles.fold}>
      <summary className={styles.summary}>{title ?? say("shared.report")}</summary>
      {children}
      <pre className={styles.report}>{text}</pre>
      <CopyButton size="small" text={text} label={say("shared.copyReport")} />
    </details>
  );
}

const useStyles = makeStyles({
  trouble: {
    minWidth: 0,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  text: {
    margin: 0,
  },
  strong: {
    fontWeight: tokens.fontWeightSemibold,
  },
  soft: {
    color: tokens.colorNeutralForeground2,
  },
  fold: {
    minWidth: 0,
    overflowWrap: "anywhere",
    userSelect: "text",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  summary: {
    ...focusRing,
    width: "fit-content",
    borderRadius: tokens.borderRadiusMedium,
    cursor: "pointer",
    color: tokens.colorNeutralForeground2,
  },
  report: {
    margin: `${tokens.spacingVerticalXS} 0`,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
});
