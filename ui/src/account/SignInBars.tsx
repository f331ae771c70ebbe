import { makeStyles, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, tokens } from "@fluentui/react-components";

import type { UiSignIn } from "../ipc/bindings";
import { sentences } from "../calls/words";
import { ReportFold } from "../shared/Trouble";
import { useWords, type Words } from "../words/words";
import { signInAdvice } from "./signInWords";
import { isTroubled, isUnderWay, SignInSteps } from "./SignInSteps";
import { signInWords } from "./words";

/** Above a phone that runs: each session that ended meanwhile, that the call goes on, and the way back in. */
export function SignInBars({ signIns, inCall }: { signIns: readonly UiSignIn[]; inCall: boolean }) {
  const styles = useStyles();
  const words = useWords();
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
              <MessageBarTitle>{titleOf(words, signIn)}</MessageBarTitle>
              {inCall && signIn.state === "signedOut" && `${words.say("account.callGoesOn")} `}
              {signInAdvice(words, signIn)}
              {isTroubled(signIn.state) && (
                <ReportFold key={signIn.state} facts={{ signIn: signIn.state, tenant: signIn.tenant }}>
                  {signIn.detail !== null && <span lang="en">{signIn.detail}</span>}
                </ReportFold>
              )}
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

function titleOf(words: Words, signIn: UiSignIn): string {
  return sentences(words, signInWords(words, signIn));
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
