import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { useEffect, useRef, useState, type ReactNode } from "react";

import { useAct } from "../host/HostContext";
import type { UiError, UiRegistration, UiSnapshot } from "../ipc/bindings";
import { Failure } from "../Notices";
import { actions, type Shortcut } from "../shared/actions";
import { shortcutLabel } from "../shared/shortcuts";
import { MicrophonePart, SpeakerPart, useLookAtSound } from "../sound/DeviceParts";
import { SoundCheck } from "../sound/SoundCheck";
import { useWords } from "../words/words";
import { DoNotDisturb } from "./DoNotDisturb";
import { StepsLine, type Step } from "./StepsLine";

interface FirstStepsProps {
  snapshot: UiSnapshot;
  registration: UiRegistration;
  failure: UiError | null;
  onFailureRead: () => void;
}

/**
 * What an agent does on the first day once they are signed in: hear that the headset works, and learn the
 * keys that matter. Each step can be left out, and a call that rings comes before all of it.
 */
export function FirstSteps({ snapshot, registration, failure, onFailureRead }: FirstStepsProps) {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  const [step, setStep] = useState<Exclude<Step, "signIn">>("headset");
  const heading = useRef<HTMLHeadingElement>(null);
  // A reader goes on where the step begins.
  useEffect(() => heading.current?.focus(), [step]);
  const done = () => act({ do: "firstStepsDone" });
  return (
    <>
      {snapshot.desktop.doNotDisturb && <DoNotDisturb />}
      <main className={styles.page}>
        <StepsLine step={step} />
        <h1 className={styles.unseen}>{say("first.steps")}</h1>
        <h2 ref={heading} tabIndex={-1} className={styles.title}>
          {say(step === "headset" ? "first.headset.title" : "first.ready.title")}
        </h2>
        <Failure failure={failure} onRead={onFailureRead} />
        {step === "headset" ? <Headset snapshot={snapshot} registration={registration} /> : <Ready />}
        <div className={styles.buttons}>
          {step === "headset" ? (
            <>
              <Button appearance="primary" size="large" onClick={() => setStep("ready")}>
                {say("first.next")}
              </Button>
              <Button size="large" onClick={done}>
                {say("first.skip")}
              </Button>
            </>
          ) : (
            <>
              <Button appearance="primary" size="large" onClick={done}>
                {say("first.begin")}
              </Button>
              <Button size="large" onClick={() => setStep("headset")}>
                {say("first.back")}
              </Button>
            </>
          )}
        </div>
      </main>
    </>
  );
}

/** Whether others will hear the agent, and the agent them: found out before the first call, not in it. */
function Headset({ snapshot, registration }: Pick<FirstStepsProps, "snapshot" | "registration">) {
  const { say } = useWords();
  const { sound, calls } = snapshot;
  useLookAtSound();
  return (
    <>
      <Text>{say("first.headset.text")}</Text>
      <MicrophonePart sound={sound} />
      <SpeakerPart sound={sound} />
      <SoundCheck sound={sound} calls={calls} reachability={registration.reachability} />
    </>
  );
}

/** The keys that matter on the first day, and where all others are. */
function Ready() {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  return (
    <>
      <Text>{say("first.ready.text")}</Text>
      <dl className={styles.keys}>
        {FIRST.map((name) => (
          <div key={name} className={styles.line}>
            <dt>{say(actions[name].what)}</dt>
            <dd className={styles.key}>
              <kbd dir="ltr">{shortcutLabel(words, name)}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <Text>{say("first.ready.more", { keys: shortcutLabel(words, "help") })}</Text>
    </>
  );
}

function Text({ children }: { children: ReactNode }) {
  const styles = useStyles();
  return <p className={styles.text}>{children}</p>;
}

const FIRST: readonly Shortcut[] = ["answer", "mute", "hold", "transfer", "hangUp", "palette"];

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
  unseen: {
    position: "absolute",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    outlineStyle: "none",
  },
  text: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
  },
  keys: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    margin: 0,
  },
  line: {
    display: "flex",
    flexWrap: "wrap",
    justifyContent: "space-between",
    columnGap: tokens.spacingHorizontalM,
  },
  key: {
    margin: 0,
    marginInlineStart: "auto",
    "& kbd": { fontFamily: "inherit", color: tokens.colorNeutralForeground2 },
  },
  buttons: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalM,
  },
});
