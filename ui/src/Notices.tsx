import { Button, makeStyles, mergeClasses, MessageBar, MessageBarActions, MessageBarBody, tokens } from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";

import type { UiError, UiNotice } from "./ipc/bindings";
import { isEnglish, noticeWords } from "./noticeWords";
import { Trouble } from "./shared/Trouble";
import { useWords } from "./words/words";

/** What the agent should know now, each with what to do. */
export function Notices({ notices }: { notices: readonly UiNotice[] }) {
  const styles = useStyles();
  const words = useWords();
  return (
    <>
      {notices.map((notice) => {
        const { what, advice, english } = noticeWords(words, notice);
        return (
          <MessageBar key={what} intent="warning" layout="multiline" className={styles.notice}>
            <MessageBarBody>
              <Trouble what={what} advice={advice} facts={NONE} english={english} />
            </MessageBarBody>
          </MessageBar>
        );
      })}
    </>
  );
}

interface FailureProps {
  failure: UiError | null;
  /** Given where it can be put away. */
  onRead?: () => void;
}

/** What has just failed and what to do. It stays in sight until it is read or something else is done. */
export function Failure({ failure, onRead }: FailureProps) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    failure !== null && (
      <MessageBar intent="error" layout="multiline" className={mergeClasses(styles.notice, onRead !== undefined && styles.inSight)}>
        <MessageBarBody>
          <Trouble
            key={failure.message}
            what={failure.message}
            advice={failure.advice ?? null}
            facts={{ error: failure.error ?? failure.code }}
            english={isEnglish(failure)}
          />
        </MessageBarBody>
        {onRead !== undefined && (
          <MessageBarActions
            containerAction={<Button appearance="transparent" aria-label={say("shared.dismiss")} icon={<Dismiss20Regular />} onClick={onRead} />}
          />
        )}
      </MessageBar>
    )
  );
}

const NONE = {};

const useStyles = makeStyles({
  notice: {
    flexShrink: 0,
  },
  inSight: {
    position: "sticky",
    bottom: tokens.spacingVerticalS,
    zIndex: 1,
  },
});
