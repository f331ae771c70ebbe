import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";

import type { UiError, UiNotice } from "./ipc/bindings";

interface NoticesProps {
  notices: readonly UiNotice[];
  failure: UiError | null;
  onFailureRead: () => void;
}

/** What the agent should know now, and what has just failed, each with what to do. */
export function Notices({ notices, failure, onFailureRead }: NoticesProps) {
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
      {failure !== null && (
        <MessageBar intent="error" layout="multiline" className={styles.notice}>
          <MessageBarBody>{failure.message}</MessageBarBody>
          <MessageBarActions
            containerAction={
              <Button appearance="transparent" aria-label="Dismiss" icon={<Dismiss20Regular />} onClick={onFailureRead} />
            }
          />
        </MessageBar>
      )}
    </>
  );
}

const useStyles = makeStyles({
  notice: {
    flexShrink: 0,
  },
});
