import { makeStyles, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, tokens } from "@fluentui/react-components";

import type { UiSignIn } from "../ipc/bindings";
import { sentences } from "../calls/words";
import { isUnderWay, SignInSteps } from "./SignInSteps";

/** Above a phone that runs: each session that ended meanwhile, that the call goes on, and the way back in. */
export function SignInBars({ signIns, inCall }: { signIns: readonly UiSignIn[]; inCall: boolean }) {
  const styles = useStyles();
  return (
    <>
      {signIns
        .filter(({ state }) => state !== "signedIn" && state !== "starting")
        .map((signIn) => (
          <MessageBar
            key={signIn.tenant}
            intent={isUnderWay(signIn.state) ? "info" : "warning"}
            layout="multiline"
            className={styles.bar}
          >
            <MessageBarBody className={styles.text}>
              <MessageBarTitle>{titleOf(signIn)}</MessageBarTitle>
              {inCall && signIn.state === "signedOut" && "Your call goes on. "}
              {signIn.advice}
            </MessageBarBody>
            {signIn.state !== "finishing" && (
              <MessageBarActions className={styles.actions}>
                <SignInSteps signIn={signIn} large={false} />
              </MessageBarActions>
            )}
          </MessageBar>
        ))}
    </>
  );
}

function titleOf({ customer, words }: UiSignIn): string {
  return sentences(customer === null ? words : `${customer}: ${words}`, null);
}

const useStyles = makeStyles({
  bar: {
    flexShrink: 0,
  },
  text: {
    overflowWrap: "anywhere",
  },
  actions: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
  },
});
