import { Button, makeStyles, Subtitle1, tokens } from "@fluentui/react-components";
import { ArrowClockwise20Regular } from "@fluentui/react-icons/svg/arrow-clockwise";

import { useAct } from "../host/HostContext";
import type { UiError, UiFirstRun, UiNotice, UiProblemKind, UiWindow } from "../ipc/bindings";
import { Failure, Notices } from "../Notices";
import { LanguageField } from "../settings/LanguageField";
import { Mark } from "../shared/Mark";
import { useWords, type WordId } from "../words/words";
import { PracticeOffer } from "./PracticeOffer";
import { ProblemWords } from "./ProblemWords";
import { ProfileFold, ProfilePath } from "./ProfileFile";

interface FirstRunProps {
  firstRun: UiFirstRun;
  failure: UiError | null;
  notices: readonly UiNotice[];
  window: UiWindow;
}

/** No phone yet: what is needed, what is wrong, what to do; and practice, which needs nothing. */
export function FirstRun({ firstRun, failure, notices, window }: FirstRunProps) {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  const { problem, path, example } = firstRun;
  const again = (label: string) => (
    <Button
      appearance={problem === null ? "secondary" : "primary"}
      size="large"
      className={styles.button}
      icon={<ArrowClockwise20Regular />}
      onClick={() => act(problem?.kind === "practice" ? { do: "practise", on: true } : { do: "readProfile" })}
    >
      {label}
    </Button>
  );
  return (
    <main className={styles.page}>
      <Mark className={styles.mark} />
      <Subtitle1 as="h1" className={styles.title}>
        {say(problem === null ? "account.welcome" : titles[problem.kind])}
      </Subtitle1>
      <Notices notices={notices} />
      <Failure failure={failure} />
      {problem === null ? (
        <>
          <PracticeOffer primary />
          <section className={styles.section} aria-labelledby="own-phone">
            <h2 id="own-phone" className={styles.heading}>
              {say("account.ownPhone")}
            </h2>
            <p className={styles.text}>{say("account.profile.what")}</p>
            <ProfilePath path={path} />
            <ProfileFold title={say("account.profile.holds")} example={example} />
            {again(say("account.profile.readAgain"))}
          </section>
        </>
      ) : (
        <>
          <ProblemWords kind={problem.kind} />
          <div className={styles.buttons}>
            {again(say(problem.kind === "profile" ? "account.profile.readAgain" : "account.tryAgain"))}
            {problem.kind === "practice" && (
              <Button size="large" onClick={() => act({ do: "practise", on: false })}>
                {say("account.backWithoutPractice")}
              </Button>
            )}
          </div>
          <ProfileFold title={say("account.detailsForIt")} problem={problem} path={path} example={example} />
          {problem.kind !== "practice" && <PracticeOffer primary={false} />}
        </>
      )}
      <LanguageField window={window} />
    </main>
  );
}

const titles: Readonly<Record<UiProblemKind, WordId>> = {
  profile: "account.problem.profile.title",
  password: "account.problem.password.title",
  keychain: "account.problem.keychain.title",
  practice: "account.problem.practice.title",
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
  },
  section: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
  },
  heading: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
  },
  buttons: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalM,
  },
  button: {
    alignSelf: "flex-start",
  },
});
