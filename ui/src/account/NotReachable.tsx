import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiReachability, UiRegistration } from "../ipc/bindings";
import { Countdown } from "../shared/Countdown";
import { useOffers } from "../shared/offers";
import { ReportFold } from "../shared/Trouble";
import { useWords, type WordId } from "../words/words";

/** That calls cannot come in, why, what to do, and when the phone tries again. */
export function NotReachable({ registration, inCall }: { registration: UiRegistration; inCall: boolean }) {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  const { reachability, reason, advice, retryAtMs } = registration;
  const connecting = reachability === "connecting";
  const off = reachability === "off";
  const tryNow = () => act({ do: "register" });
  useOffers(connecting || reachability === "reachable" ? {} : { tryNow });
  if (reachability === "reachable" || (connecting && reason === null)) {
    return null;
  }
  const retryWords = (left: number) => (left > 0 ? say("account.nextTry", { seconds: left }) : say("account.tryingNow"));
  return (
    <MessageBar intent={reachability === "refused" ? "error" : off ? "info" : "warning"} layout="multiline" className={styles.bar}>
      <MessageBarBody>
        <MessageBarTitle>{say(inCall ? "account.unreachable.inCall" : "account.unreachable.title")}</MessageBarTitle>
        <span className={styles.reason}>
          {say(plainWords[reachability])} {connecting && say("account.tryingNow")} {retryAtMs !== null && <Countdown toMs={retryAtMs} words={retryWords} />}
        </span>
        {(reason !== null || reachability === "refused" || reachability === "unreachable") && (
          <ReportFold key={reason} title={say("account.detailsForIt")} facts={{ reachability }}>
            <span className={styles.reason} lang="en">
              {reason} {advice}
            </span>
          </ReportFold>
        )}
      </MessageBarBody>
      <MessageBarActions>
        {/* It stays while the phone tries: nothing moves with every try. */}
        <Button size="small" disabledFocusable={connecting} onClick={tryNow}>
          {say(off ? "account.signIn" : "account.tryNow")}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

/** What each means to an agent. Which server, which address and why is for who mends it. */
const plainWords: Readonly<Record<Exclude<UiReachability, "reachable">, WordId>> = {
  connecting: "account.unreachable.noConnection",
  unreachable: "account.unreachable.noConnection",
  refused: "account.unreachable.refused",
  off: "account.unreachable.off",
};

const useStyles = makeStyles({
  bar: {
    flexShrink: 0,
  },
  reason: {
    display: "block",
    overflowWrap: "anywhere",
  },
});
