import { makeStyles, tokens } from "@fluentui/react-components";

import type { UiRecent } from "../ipc/bindings";
import { useWords } from "../words/words";
import { becameWords } from "./outcome";
import { handedWords, howWords, stepWords } from "./transferWords";
import { whenInFull, whenToTheSecond } from "./when";

/** What is known of one call beyond its row: the time in full, its recordings, and how it was handed over. */
export function RecentDetails({ recent, id }: { recent: UiRecent; id: string }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { atUnixMs, ring, recordings, transfer, steps } = recent;
  return (
    <div id={id} className={styles.details}>
      <p className={styles.line}>
        <time dateTime={new Date(atUnixMs).toISOString()}>{whenInFull(atUnixMs, words.locale)}</time>
      </p>
      {transfer?.outcome !== "done" && <p className={styles.line}>{becameWords(words, recent)}</p>}
      {ring !== null && (
        <p className={styles.line} lang="en">
          {ring}
        </p>
      )}
      {transfer !== null && (
        <p className={styles.line}>
          {words.line([handedWords(words, transfer), howWords(words, transfer), ...(transfer.to.name === null ? [] : [transfer.to.number])])}
        </p>
      )}
      {steps.length > 0 && (
        <ol className={styles.list} aria-label={say("recents.steps")}>
          {steps.map((step, index) => (
            // Steps come one after the other and stay where they are.
            <li key={index} className={styles.step}>
              <time className={styles.time} dateTime={new Date(step.atUnixMs).toISOString()}>
                {whenToTheSecond(step.atUnixMs, words.locale)}
              </time>
              <span>{stepWords(words, step)}</span>
            </li>
          ))}
        </ol>
      )}
      {recordings.length > 0 && (
        <ul className={styles.list} aria-label={say("recents.recordings")}>
          {recordings.map((file) => (
            <li key={file}>
              <bdi>{file}</bdi>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const useStyles = makeStyles({
  details: {
    // Above the button that lies over the row: what stands here can be selected.
    position: "relative",
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXXS,
    flexBasis: "100%",
    minWidth: 0,
    paddingInlineStart: "32px",
    paddingInlineEnd: tokens.spacingHorizontalM,
    paddingBottom: tokens.spacingVerticalS,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  line: {
    margin: 0,
  },
  list: {
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  step: {
    display: "flex",
    gap: tokens.spacingHorizontalS,
  },
  time: {
    flexShrink: 0,
    fontVariantNumeric: "tabular-nums",
  },
});
