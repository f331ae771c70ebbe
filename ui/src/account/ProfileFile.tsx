import { makeStyles, tokens } from "@fluentui/react-components";

import type { UiProblem } from "../ipc/bindings";
import { focusRing } from "../shared/focusRing";
import { ReportFold } from "../shared/Trouble";
import { useWords } from "../words/words";

/** The file of the profile, to be copied. */
export function ProfilePath({ path }: { path: string }) {
  const styles = useStyles();
  return <code className={styles.path}>{path}</code>;
}

interface ProfileFoldProps {
  title: string;
  problem?: UiProblem;
  path?: string;
  example: string;
}

/** What few need: what exactly is wrong, where the profile is, and a profile to start from. */
export function ProfileFold({ title, problem, path, example }: ProfileFoldProps) {
  const { say } = useWords();
  const styles = useStyles();
  const inside = (
    <div className={styles.inside}>
      {problem !== undefined && (
        <p className={styles.exact} lang="en">
          {problem.words} {problem.advice}
        </p>
      )}
      {path !== undefined && (
        <>
          <p className={styles.text}>{say("account.profile.here")}</p>
          <ProfilePath path={path} />
        </>
      )}
      <p className={styles.text} id="example">
        {say("account.profile.example")}
      </p>
      {/* Scrolls sideways on a narrow window, so the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.example} tabIndex={0} role="group" aria-labelledby="example">
        {example}
      </pre>
    </div>
  );
  return problem === undefined ? (
    <details className={styles.fold}>
      <summary className={styles.summary}>{title}</summary>
      {inside}
    </details>
  ) : (
    <ReportFold key={`${problem.kind} ${problem.words}`} title={title} facts={{ problem: problem.kind }}>
      {inside}
    </ReportFold>
  );
}

const useStyles = makeStyles({
  fold: {
    color: tokens.colorNeutralForeground2,
  },
  summary: {
    ...focusRing,
    alignSelf: "flex-start",
    borderRadius: tokens.borderRadiusMedium,
    cursor: "pointer",
  },
  inside: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    marginTop: tokens.spacingVerticalS,
  },
  text: {
    margin: 0,
  },
  exact: {
    margin: 0,
    overflowWrap: "anywhere",
    color: tokens.colorNeutralForeground1,
    userSelect: "text",
  },
  path: {
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    color: tokens.colorNeutralForeground1,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  example: {
    ...focusRing,
    margin: 0,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    color: tokens.colorNeutralForeground1,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    overflowX: "auto",
    userSelect: "text",
  },
});
