import { Button, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { ArrowClockwise20Regular } from "@fluentui/react-icons/svg/arrow-clockwise";
import { Open20Regular } from "@fluentui/react-icons/svg/open";
import { PersonKey20Regular } from "@fluentui/react-icons/svg/person-key";
import type { ReactElement } from "react";

import { useAct } from "../host/HostContext";
import type { UiSignIn, UiSignInState } from "../ipc/bindings";
import { CopyButton } from "../shared/CopyButton";
import { useWords } from "../words/words";

interface SignInStepsProps {
  signIn: UiSignIn;
  /** On a page of its own; else in a bar above the calls. */
  large: boolean;
}

/** What can be done about a sign-in, as far as it is. */
export function SignInSteps({ signIn, large }: SignInStepsProps) {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  const { tenant, state, page, code } = signIn;
  const size = large ? "large" : "small";

  const begin = (label: string, icon: ReactElement) => (
    <Button size={size} appearance="primary" icon={icon} onClick={() => act({ do: "signIn", tenant, deviceCode: false })}>
      {label}
    </Button>
  );
  const cancel = (
    <Button size={size} onClick={() => act({ do: "cancelSignIn", tenant })}>
      {say("account.cancel")}
    </Button>
  );
  const signOut = (
    <Button size={size} onClick={() => act({ do: "signOut", tenant })}>
      {say("account.signOut")}
    </Button>
  );

  switch (state) {
    case "starting":
    case "finishing":
      return large ? <Spinner size="small" aria-hidden className={styles.spinner} /> : null;
    case "signedOut":
      return (
        <div className={styles.buttons}>
          {begin(say(large ? "account.signInOffice" : "account.signIn"), <PersonKey20Regular />)}
          {signIn.deviceCode && (
            <Button size={size} onClick={() => act({ do: "signIn", tenant, deviceCode: true })}>
              {say("account.useCode")}
            </Button>
          )}
        </div>
      );
    case "browser":
      return (
        <>
          {large && page !== null && <code className={styles.page}>{page}</code>}
          <div className={styles.buttons}>
            <Button
              size={size}
              appearance={large ? "primary" : "secondary"}
              icon={<Open20Regular />}
              onClick={() => act({ do: "openSignInPage", tenant })}
            >
              {say("account.openAgain")}
            </Button>
            {page !== null && <CopyButton key="link" text={page} label={say("account.copyLink")} size={size} />}
            {cancel}
          </div>
        </>
      );
    case "deviceCode":
      return (
        <>
          {code !== null && (
            <p className={large ? styles.code : styles.smallCode} aria-label={say("account.codeSpoken", { code: code.split("").join(" ") })} role="img">
              {code}
            </p>
          )}
          {page !== null && <code className={styles.page}>{page}</code>}
          <div className={styles.buttons}>
            {code !== null && <CopyButton key="code" text={code} label={say("account.copyCode")} size={size} />}
            {page !== null && <CopyButton key="link" text={page} label={say("account.copyLink")} size={size} />}
            {cancel}
          </div>
        </>
      );
    case "provisioning":
      return (
        <>
          {large && <Spinner size="small" aria-hidden className={styles.spinner} />}
          <div className={styles.buttons}>{signOut}</div>
        </>
      );
    case "notProvisioned":
      return (
        <div className={styles.buttons}>
          <Button size={size} appearance="primary" icon={<ArrowClockwise20Regular />} onClick={() => act({ do: "provision" })}>
            {say("account.tryAgain")}
          </Button>
          {signOut}
        </div>
      );
    case "noKeychain":
      return <div className={styles.buttons}>{begin(say("account.tryAgain"), <ArrowClockwise20Regular />)}</div>;
    case "signedIn":
      return null;
  }
}

/** Whether something is wrong that is for IT to mend. */
export function isTroubled(state: UiSignInState): boolean {
  return state === "notProvisioned" || state === "noKeychain";
}

/** Whether nothing is to be done but to wait. */
export function isUnderWay(state: UiSignInState): boolean {
  return state === "starting" || state === "finishing" || state === "provisioning";
}

const useStyles = makeStyles({
  buttons: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
  },
  spinner: {
    alignSelf: "flex-start",
  },
  page: {
    display: "block",
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    maxHeight: "6em",
    overflowY: "auto",
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  code: {
    margin: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeHero800,
    lineHeight: tokens.lineHeightHero800,
    fontWeight: tokens.fontWeightSemibold,
    letterSpacing: "0.12em",
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  smallCode: {
    margin: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    letterSpacing: "0.12em",
    userSelect: "text",
  },
});
