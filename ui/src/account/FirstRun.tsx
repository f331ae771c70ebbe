import { Body1, Button, makeStyles, Subtitle1, tokens } from "@fluentui/react-components";
import { ArrowClockwise20Regular } from "@fluentui/react-icons/svg/arrow-clockwise";
import { Warning20Filled } from "@fluentui/react-icons/svg/warning";

import { useAct } from "../host/HostContext";
import type { UiFirstRun } from "../ipc/bindings";
import { Mark } from "../shared/Mark";

/** Where the profile goes and what stands in it. */
export function FirstRun({ firstRun }: { firstRun: UiFirstRun }) {
  const styles = useStyles();
  const { act } = useAct();
  return (
    <main className={styles.page}>
      <Mark className={styles.mark} />
      <Subtitle1 as="h1" className={styles.title}>
        {firstRun.problem === null ? "Welcome to Warmline" : "Warmline cannot start yet"}
      </Subtitle1>
      {firstRun.problem === null ? (
        <Body1 as="p" className={styles.text}>
          A profile says which server to use and who you are. Your IT department usually puts it in place. Warmline looks
          for it here:
        </Body1>
      ) : (
        <>
          <p role="alert" className={styles.problem}>
            <Warning20Filled className={styles.problemIcon} />
            <span>
              {firstRun.problem.words} {firstRun.problem.advice}
            </span>
          </p>
          <Body1 as="p" className={styles.text}>
            Mend it and read it again. The profile is here:
          </Body1>
        </>
      )}
      <code className={styles.path}>{firstRun.path}</code>
      <Body1 as="p" className={styles.text} id="example">
        It is a text file like this one:
      </Body1>
      {/* Scrolls sideways on a narrow window, so the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.example} tabIndex={0} role="group" aria-labelledby="example">
        {firstRun.example}
      </pre>
      <Button
        appearance="primary"
        size="large"
        className={styles.again}
        icon={<ArrowClockwise20Regular />}
        onClick={() => act({ do: "readProfile" })}
      >
        Read the profile again
      </Button>
    </main>
  );
}

const useStyles = makeStyles({
  page: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalXXL,
    maxWidth: "520px",
    margin: "0 auto",
  },
  mark: {
    width: "56px",
    height: "56px",
    marginTop: tokens.spacingVerticalXXL,
  },
  title: {
    margin: 0,
  },
  text: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
  },
  problem: {
    display: "flex",
    gap: tokens.spacingHorizontalS,
    margin: 0,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorStatusDangerBackground1,
    overflowWrap: "anywhere",
  },
  problemIcon: {
    flexShrink: 0,
    color: tokens.colorStatusDangerForeground1,
  },
  path: {
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  example: {
    margin: 0,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    overflowX: "auto",
    userSelect: "text",
  },
  again: {
    alignSelf: "flex-start",
    marginTop: tokens.spacingVerticalS,
  },
});
