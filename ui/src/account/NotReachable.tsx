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

/** That calls cannot come in, why, what to do, and when the phone tries again. */
export function NotReachable({ registration, inCall }: { registration: UiRegistration; inCall: boolean }) {
  const styles = useStyles();
  const { act } = useAct();
  const { reachability, reason, advice, retryAtMs } = registration;
  const connecting = reachability === "connecting";
  if (reachability === "reachable" || (connecting && reason === null)) {
    return null;
  }
  const off = reachability === "off";
  return (
    <MessageBar intent={reachability === "refused" ? "error" : off ? "info" : "warning"} layout="multiline" className={styles.bar}>
      <MessageBarBody>
        <MessageBarTitle>{inCall ? "New calls cannot reach you now" : "Calls cannot reach you now"}</MessageBarTitle>
        <span className={styles.reason}>
          {reason ?? (off ? "You are signed off." : null)} {advice} {retryAtMs !== null && <Countdown toMs={retryAtMs} />}
        </span>
      </MessageBarBody>
      {!connecting && (
        <MessageBarActions>
          <Button size="small" onClick={() => act({ do: "register" })}>
            {off ? "Sign in" : "Try now"}
          </Button>
        </MessageBarActions>
      )}
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
  reason: {
    display: "block",
    overflowWrap: "anywhere",
  },
});
