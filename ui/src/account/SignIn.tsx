import { makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import { Warning20Filled } from "@fluentui/react-icons/svg/warning";
import { useEffect, useRef } from "react";

import type { UiError, UiSignIn, UiSignInState } from "../ipc/bindings";
import { Mark } from "../shared/Mark";
import { PracticeOffer } from "./PracticeOffer";
import { Starting } from "./Starting";
import { SignInSteps } from "./SignInSteps";

/** No phone yet because nobody is signed in, or what follows is not done: how far it is and what to do. */
export function SignIn({ signIns, failure }: { signIns: readonly UiSignIn[]; failure: UiError | null }) {
  const [own] = signIns;
  return own === undefined ? <Starting /> : <SignInPage signIn={own} failure={failure} />;
}

function SignInPage({ signIn, failure }: { signIn: UiSignIn; failure: UiError | null }) {
  const styles = useStyles();
  const { state, words, advice, name, username } = signIn;
  const title = useRef<HTMLHeadingElement>(null);
  const hadFocus = useRef(false);

  // The button that was pressed gives way to others: the keyboard stays on the page.
  useEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) {
      title.current?.focus();
    }
  }, [state]);

  const troubled = state === "notProvisioned" || state === "noKeychain";
  return (
    <main className={styles.page}>
      <Mark className={styles.mark} />
      <h1 ref={title} tabIndex={-1} className={styles.title}>
        {titles[state]}
      </h1>
      {failure !== null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{failure.message}</MessageBarBody>
        </MessageBar>
      )}
      {/* Stays in the page through every state, so that readers say what changes. */}
      <div role="status" className={styles.status}>
        {troubled && <Warning20Filled aria-hidden className={styles.warning} />}
        <div className={styles.text}>
          <p className={styles.words}>{words}</p>
          {advice !== null && <p className={styles.advice}>{advice}</p>}
        </div>
      </div>
      {name !== null && (
        <p className={styles.advice}>
          Signed in as <strong>{name}</strong>
          {username !== null && ` (${username})`}
        </p>
      )}
      <div
        className={styles.steps}
        onFocusCapture={() => {
          hadFocus.current = true;
        }}
        onBlurCapture={({ relatedTarget }) => {
          if (relatedTarget !== null) {
            hadFocus.current = false;
          }
        }}
      >
        <SignInSteps signIn={signIn} large />
      </div>
      <PracticeOffer primary={false} />
    </main>
  );
}

const titles: Readonly<Record<UiSignInState, string>> = {
  starting: "One moment",
  signedOut: "Sign in to Warmline",
  browser: "Sign in in your browser",
  deviceCode: "Sign in with a code",
  finishing: "Almost there",
  provisioning: "Setting up your phone",
  notProvisioned: "Your phone is not set up yet",
  noKeychain: "The keychain does not open",
  signedIn: "You are signed in",
};

const useStyles = makeStyles({
  page: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    boxSizing: "border-box",
    width: "100%",
    maxWidth: "520px",
    margin: "0 auto",
    padding: tokens.spacingHorizontalXXL,
    "@media (max-width: 359px)": { padding: tokens.spacingHorizontalM },
  },
  mark: {
    width: "56px",
    height: "56px",
    marginTop: tokens.spacingVerticalL,
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    outlineStyle: "none",
  },
  status: {
    display: "flex",
    gap: tokens.spacingHorizontalS,
  },
  warning: {
    flexShrink: 0,
    color: tokens.colorStatusWarningForeground3,
  },
  text: {
    minWidth: 0,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  words: {
    margin: 0,
  },
  advice: {
    margin: 0,
    overflowWrap: "anywhere",
    color: tokens.colorNeutralForeground2,
  },
  steps: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
    ":empty": { display: "none" },
  },
});
