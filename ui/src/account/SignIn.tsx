import { makeStyles, tokens } from "@fluentui/react-components";
import { Warning20Filled } from "@fluentui/react-icons/svg/warning";
import { useEffect, useRef, type ReactNode } from "react";

import type { UiError, UiNotice, UiSignIn, UiSignInState, UiWindow } from "../ipc/bindings";
import { Failure, Notices } from "../Notices";
import { LanguageField } from "../settings/LanguageField";
import { Mark } from "../shared/Mark";
import { ReportFold } from "../shared/Trouble";
import { useWords, type WordId } from "../words/words";
import { PracticeOffer } from "./PracticeOffer";
import { signInAdvice, signInSays } from "./signInWords";
import { Starting } from "./Starting";
import { isTroubled, SignInSteps } from "./SignInSteps";
import { StepsLine } from "./StepsLine";

interface SignInProps {
  signIns: readonly UiSignIn[];
  failure: UiError | null;
  notices: readonly UiNotice[];
  window: UiWindow;
}

/** No phone yet because nobody is signed in, or what follows is not done: how far it is and what to do. */
export function SignIn({ signIns, ...rest }: SignInProps) {
  const [own] = signIns;
  return own === undefined ? <Starting /> : <SignInPage signIn={own} {...rest} />;
}

function SignInPage({ signIn, failure, notices, window }: Omit<SignInProps, "signIns"> & { signIn: UiSignIn }) {
  const styles = useStyles();
  const words = useWords();
  const { say, draw } = words;
  const { state, detail, name, username } = signIn;
  const advice = signInAdvice(words, signIn);
  const title = useRef<HTMLHeadingElement>(null);
  const hadFocus = useRef(false);

  // The button that was pressed gives way to others: the keyboard stays on the page.
  useEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) {
      title.current?.focus();
    }
  }, [state]);

  const troubled = isTroubled(state);
  return (
    <main className={styles.page}>
      <Mark className={styles.mark} />
      {/* On the first day this is the first of three steps. */}
      {window.firstSteps && <StepsLine step="signIn" />}
      <h1 ref={title} tabIndex={-1} className={styles.title}>
        {say(titles[state])}
      </h1>
      <Notices notices={notices} />
      <Failure failure={failure} />
      {/* Stays in the page through every state, so that readers say what changes. */}
      <div role="status" className={styles.status}>
        {troubled && <Warning20Filled aria-hidden className={styles.warning} />}
        <div className={styles.text}>
          <p className={styles.words}>{signInSays(words, signIn)}</p>
          {advice !== null && <p className={styles.advice}>{advice}</p>}
        </div>
      </div>
      {name !== null && (
        <p className={styles.advice}>
          {username === null
            ? draw("account.signedInAs", { name, strong })
            : draw("account.signedInAsUser", { name, username, strong })}
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
      {troubled && (
        <ReportFold key={state} facts={{ signIn: state }}>
          {detail !== null && (
            <p className={styles.advice} lang="en">
              {detail}
            </p>
          )}
        </ReportFold>
      )}
      <PracticeOffer primary={false} />
      <LanguageField window={window} />
    </main>
  );
}

const strong = (inside: ReactNode) => <strong>{inside}</strong>;

const titles: Readonly<Record<UiSignInState, WordId>> = {
  starting: "account.signInTitle.starting",
  signedOut: "account.signInTitle.signedOut",
  browser: "account.signInTitle.browser",
  deviceCode: "account.signInTitle.deviceCode",
  finishing: "account.signInTitle.finishing",
  provisioning: "account.signInTitle.provisioning",
  notProvisioned: "account.signInTitle.notProvisioned",
  noKeychain: "account.problem.keychain.title",
  signedIn: "account.signInTitle.signedIn",
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
