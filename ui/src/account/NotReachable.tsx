import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiReachability, UiRegistration } from "../ipc/bindings";
import { Countdown } from "../shared/Countdown";
import { focusRing } from "../shared/focusRing";

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
          {plainWords[reachability]} {retryAtMs !== null && <Countdown toMs={retryAtMs} words={retryWords} />}
        </span>
        {reason !== null && (
          <details>
            <summary className={styles.summary}>Details for IT</summary>
            <span className={styles.reason}>
              {reason} {advice}
            </span>
          </details>
        )}
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

function retryWords(left: number): string {
  return left > 0 ? `Next try in ${left} s.` : "Trying now.";
}

const NO_CONNECTION =
  "There is no connection to the phone system. Warmline keeps trying by itself. " +
  "If it stays so, check the network or VPN, then ask your IT department.";

/** What each means to an agent. Which server, which address and why is for who mends it. */
const plainWords: Readonly<Record<UiReachability, string>> = {
  connecting: NO_CONNECTION,
  reachable: "",
  unreachable: NO_CONNECTION,
  refused: "The phone system does not let you in: your user name or password is not accepted. Ask your IT department.",
  off: "You are signed off.",
};

const useStyles = makeStyles({
  bar: {
    flexShrink: 0,
  },
  summary: {
    ...focusRing,
    width: "fit-content",
    borderRadius: tokens.borderRadiusMedium,
    cursor: "pointer",
  },
  reason: {
    display: "block",
    overflowWrap: "anywhere",
  },
});
