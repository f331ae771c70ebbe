import { Button, makeStyles, tokens } from "@fluentui/react-components";

import type { UiError } from "../ipc/bindings";
import { isEnglish } from "../noticeWords";
import { Trouble } from "../shared/Trouble";
import { useWords } from "../words/words";

interface NothingFoundProps {
  /** What was looked for; empty if only some kind of calls was. */
  text: string;
  onShowAll: () => void;
  /** Why it could not be looked for at all. */
  failure: UiError | null;
  onAgain: () => void;
}

/** No call is as it was wanted, and what to do instead. */
export function NothingFound({ text, onShowAll, failure, onAgain }: NothingFoundProps) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    <div className={styles.nothing}>
      <p role="status" className={styles.title}>
        {failure !== null ? say("recents.notSearched") : text === "" ? say("recents.nothing") : say("recents.nothingFor", { search: text })}
      </p>
      {failure !== null && <Trouble what={failure.message} advice={failure.advice ?? null} facts={{ error: failure.error ?? failure.code }} english={isEnglish(failure)} />}
      {failure === null && text !== "" && <p className={styles.advice}>{say("recents.nothingAdvice")}</p>}
      <div className={styles.ways}>
        {failure !== null && (
          <Button size="small" onClick={onAgain}>
            {say("account.tryAgain")}
          </Button>
        )}
        <Button size="small" onClick={onShowAll}>
          {say("recents.showAll")}
        </Button>
      </div>
    </div>
  );
}

const useStyles = makeStyles({
  nothing: {
    display: "flex",
    flexDirection: "column",
    alignItems: "flex-start",
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalM,
    overflowWrap: "anywhere",
  },
  title: {
    margin: 0,
    fontWeight: tokens.fontWeightSemibold,
  },
  ways: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
  },
  advice: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
  },
});
