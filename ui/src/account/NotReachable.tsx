import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiRegistration } from "../ipc/bindings";
import { useSecondsSince } from "../shared/clock";

/** Why calls cannot come in, what to do, and when the phone tries again. */
export function NotReachable({ registration }: { registration: UiRegistration }) {
  const styles = useStyles();
  const { act } = useAct();
  const { reachability, reason, advice, retryAtMs } = registration;
  if (reason === null || reachability === "reachable") {
    return null;
  }
  return (
    <MessageBar intent={reachability === "refused" ? "error" : "warning"} layout="multiline" className={styles.bar}>
      <MessageBarBody>
        <MessageBarTitle>{reason}</MessageBarTitle>
        {advice} {retryAtMs !== null && <Countdown toMs={retryAtMs} />}
      </MessageBarBody>
      <MessageBarActions>
        <Button size="small" onClick={() => act({ do: "register" })}>
          Try now
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

function Countdown({ toMs }: { toMs: number }) {
  const left = -useSecondsSince(toMs);
  return <span role="timer">{left > 0 ? `Next try in ${left} s.` : "Trying now."}</span>;
}

const useStyles = makeStyles({
  bar: {
    flexShrink: 0,
  },
});
