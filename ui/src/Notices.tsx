import {
  Button,
  makeStyles,
  mergeClasses,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";

import type { UiError, UiNotice } from "./ipc/bindings";
import { useWords } from "./words/words";

/** What the agent should know now, each with what to do. */
export function Notices({ notices }: { notices: readonly UiNotice[] }) {
  const styles = useStyles();
  return (
    <>
      {notices.map(({ words, advice }) => (
        <MessageBar key={words} intent="warning" layout="multiline" className={styles.notice}>
          <MessageBarBody>
            <MessageBarTitle>{words}</MessageBarTitle>
            {advice}
          </MessageBarBody>
        </MessageBar>
      ))}
    </>
  );
}

/** What has just failed and what to do. It stays in sight until it is read or something else is done. */
export function Failure({ failure, onRead }: { failure: UiError | null; onRead: () => void }) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    failure !== null && (
      <MessageBar intent="error" layout="multiline" className={mergeClasses(styles.notice, styles.inSight)}>
        <MessageBarBody>{failure.message}</MessageBarBody>
        <MessageBarActions
          containerAction={<Button appearance="transparent" aria-label={say("shared.dismiss")} icon={<Dismiss20Regular />} onClick={onRead} />}
        />
      </MessageBar>
    )
  );
}

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
