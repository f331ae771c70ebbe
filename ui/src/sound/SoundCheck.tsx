import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { CheckmarkCircle20Regular } from "@fluentui/react-icons/svg/checkmark-circle";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { Mic20Regular } from "@fluentui/react-icons/svg/mic";
import { Subtract20Regular } from "@fluentui/react-icons/svg/subtract";
import { Warning20Regular } from "@fluentui/react-icons/svg/warning";
import { useEffect, useRef } from "react";

import { useAct } from "../host/HostContext";
import type { UiCheck, UiCheckStep, UiFinding, UiSubject, UiVerdict } from "../ipc/bindings";
import { useWords, type WordId } from "../words/words";
import { findingWords } from "./foundWords";

/** Ten seconds before a shift: speak, hear yourself, and know whether the network carries sound. */
export function SoundCheck({ check }: { check: UiCheck | null }) {
  const styles = useStyles();
  const { say } = useWords();
  const { act, quietly } = useAct();
  const running = check?.state === "running";
  // Whoever goes elsewhere meanwhile has done with it.
  const left = useRef(false);
  useEffect(() => {
    left.current = check !== null;
  }, [check]);
  useEffect(
    () => () => {
      if (left.current) quietly({ do: "checkSound", on: false });
    },
    [quietly],
  );
  return (
    <section className={styles.check} aria-label={say("sound.check")}>
      {/* One button, which keeps the keyboard. */}
      <Button icon={<Mic20Regular />} onClick={() => act({ do: "checkSound", on: !running })}>
        {say(running ? "sound.check.stop" : check === null ? "sound.check" : "sound.check.again")}
      </Button>
      <p role="status" className={mergeClasses(styles.line, running ? styles.task : styles.how)}>
        {running ? say(STEPS[check.step]) : say(check === null ? "sound.check.how" : sum(check.findings))}
      </p>
      {check?.state === "over" && (
        <ul className={styles.findings}>
          {check.findings.map((finding) => (
            <Finding key={finding.subject} finding={finding} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Finding({ finding }: { finding: UiFinding }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { subject, verdict } = finding;
  const { text, english } = findingWords(words, finding);
  const Sign = SIGNS[verdict];
  return (
    <li className={styles.finding} data-verdict={verdict}>
      <Sign aria-hidden className={verdict === "right" ? styles.right : verdict === "notTried" ? undefined : styles.wrong} />
      <div>
        <strong>{say(SUBJECTS[subject])}</strong> <span>{say(VERDICTS[verdict])}</span>
        <p className={styles.found} lang={english ? "en" : undefined}>
          {text}
        </p>
      </div>
    </li>
  );
}

/** What all of it comes to. */
function sum(findings: readonly UiFinding[]): WordId {
  const some = (verdict: UiVerdict) => findings.some((finding) => finding.verdict === verdict);
  if (some("wrong")) return "sound.check.sum.wrong";
  return some("doubtful") ? "sound.check.sum.doubtful" : "sound.check.sum.right";
}

const STEPS: Record<UiCheckStep, WordId> = {
  wait: "sound.check.step.wait",
  beQuiet: "sound.check.step.beQuiet",
  stayQuiet: "sound.check.step.stayQuiet",
  speak: "sound.check.step.speak",
  listen: "sound.check.step.listen",
};

const SUBJECTS: Record<UiSubject, WordId> = {
  microphone: "sound.check.subject.microphone",
  speaker: "sound.check.subject.speaker",
  voice: "sound.check.subject.voice",
  background: "sound.check.subject.background",
  echo: "sound.check.subject.echo",
  network: "sound.check.subject.network",
};

const VERDICTS: Record<UiVerdict, WordId> = {
  right: "sound.check.verdict.right",
  doubtful: "sound.check.verdict.doubtful",
  wrong: "sound.check.verdict.wrong",
  notTried: "sound.check.verdict.notTried",
};

const SIGNS = {
  right: CheckmarkCircle20Regular,
  doubtful: Warning20Regular,
  wrong: Dismiss20Regular,
  notTried: Subtract20Regular,
} as const;

const useStyles = makeStyles({
  check: {
    display: "flex",
    flexDirection: "column",
    alignItems: "flex-start",
    gap: tokens.spacingVerticalXS,
  },
  line: { margin: 0 },
  how: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
  task: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  findings: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  finding: {
    display: "flex",
    gap: tokens.spacingHorizontalS,
    "& > svg": { flexShrink: 0 },
  },
  found: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
  right: { color: tokens.colorStatusSuccessForeground1 },
  wrong: { color: tokens.colorStatusWarningForeground1 },
});
