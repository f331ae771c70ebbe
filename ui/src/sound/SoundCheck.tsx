import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { CheckmarkCircle20Regular } from "@fluentui/react-icons/svg/checkmark-circle";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { Mic20Regular } from "@fluentui/react-icons/svg/mic";
import { Subtract20Regular } from "@fluentui/react-icons/svg/subtract";
import { Warning20Regular } from "@fluentui/react-icons/svg/warning";
import { useEffect, useId, useRef } from "react";

import { sentences } from "../calls/words";
import { useAct } from "../host/HostContext";
import type { UiCall, UiCheckStep, UiDevice, UiFinding, UiReachability, UiSound, UiSubject, UiVerdict } from "../ipc/bindings";
import { useWords, type WordId, type Words } from "../words/words";
import { findingWords } from "./foundWords";
import { roleWords, troubleWords } from "./words";

interface SoundCheckProps {
  sound: UiSound;
  /** Whoever talks needs the devices. */
  calls: readonly UiCall[];
  /** Whether calls can come in: without that nobody is ready for them. */
  reachability: UiReachability;
}

/** Ten seconds before a shift: speak, hear yourself, and know whether the network carries sound. */
export function SoundCheck({ sound: { check, ringer }, calls, reachability }: SoundCheckProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act, quietly } = useAct();
  const running = check?.state === "running";
  const inCall = calls.some(({ state }) => state !== "ended");
  const whyNot = !running && inCall ? say("sound.check.inCall") : null;
  const lineId = useId();
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
      <Button
        icon={<Mic20Regular />}
        disabledFocusable={whyNot !== null}
        aria-describedby={whyNot === null ? undefined : lineId}
        onClick={() => act({ do: "checkSound", on: !running })}
      >
        {say(running ? "sound.check.stop" : check === null ? "sound.check" : "sound.check.again")}
      </Button>
      <p id={lineId} role="status" className={mergeClasses(styles.line, running ? styles.task : styles.how)}>
        {running ? say(STEPS[check.step]) : (whyNot ?? (check === null ? say("sound.check.how") : sum(words, check.findings, ringer, reachability)))}
      </p>
      {check?.state === "over" && (
        <ul className={styles.findings}>
          {check.findings.map((finding) => (
            <Line key={finding.subject} what={say(SUBJECTS[finding.subject])} verdict={finding.verdict} {...findingWords(words, finding)} />
          ))}
          <Line what={say(roleWords.ringer)} verdict={RINGS[ringer.state]} text={troubleWords(words, "ringer", ringer) ?? ringer.name ?? ""} english={false} />
        </ul>
      )}
    </section>
  );
}

interface LineProps {
  what: string;
  verdict: UiVerdict;
  /** What was found and what to do. */
  text: string;
  english: boolean;
}

/** One thing that was looked at. */
function Line({ what, verdict, text, english }: LineProps) {
  const styles = useStyles();
  const { say } = useWords();
  const Sign = SIGNS[verdict];
  return (
    <li className={styles.finding} data-verdict={verdict}>
      <Sign aria-hidden className={verdict === "right" ? styles.right : verdict === "notTried" ? undefined : styles.wrong} />
      <div>
        <strong>{what}</strong> <span>{say(VERDICTS[verdict])}</span>
        <p className={styles.found} lang={english ? "en" : undefined}>
          {text}
        </p>
      </div>
    </li>
  );
}

/** What all of it comes to. Nobody is ready before everything was tried and calls can come in. */
function sum(words: Words, findings: readonly UiFinding[], ringer: UiDevice, reachability: UiReachability): string {
  const { say } = words;
  const verdicts = [...findings.map(({ verdict }) => verdict), RINGS[ringer.state]];
  const reachable = reachability === "reachable";
  const unreachable = reachable ? null : say("account.unreachable.title");
  if (findings.some(({ verdict }) => verdict === "wrong")) {
    return sentences(words, say("sound.check.sum.wrong"), unreachable);
  }
  // Who hears no ring can still talk.
  if (verdicts.includes("doubtful") || verdicts.includes("wrong")) {
    return sentences(words, say(reachable ? "sound.check.sum.doubtful" : "sound.check.sum.look"), unreachable);
  }
  if (verdicts.includes("notTried")) {
    return sentences(words, say("sound.check.sum.notTried"), unreachable);
  }
  return reachable ? say("sound.check.sum.right") : sentences(words, say("sound.check.sum.soundOnly"), unreachable);
}

/** The check plays nothing on what rings: whether it is there is known without. */
const RINGS: Record<UiDevice["state"], UiVerdict> = {
  closed: "right",
  inUse: "right",
  standIn: "doubtful",
  missing: "wrong",
  denied: "wrong",
};

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
