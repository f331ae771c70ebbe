import { Button, makeStyles, tokens } from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiRegistration, UiSnapshot } from "../ipc/bindings";
import { CopyButton } from "../shared/CopyButton";
import { report } from "../shared/report";
import { useWords } from "../words/words";
import { Part, Text } from "./Part";

/** Which program this is, under which licence, and what to send to who looks after it. */
export function AboutSection({ snapshot, registration }: { snapshot: UiSnapshot; registration: UiRegistration }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const { about } = snapshot.window;
  const { microphone, speaker, ringer } = snapshot.sound;
  const text = report(words, about, {
    reachability: registration.reachability,
    calls: snapshot.calls.length,
    microphone: microphone.state,
    speaker: speaker.state,
    ringer: ringer.state,
    headset: snapshot.sound.headset?.state ?? "none",
  });
  return (
    <>
      <Part title={say("settings.about.version", { version: about.version })}>
        <Text>{about.system}</Text>
        <Text>{say("settings.about.licence")}</Text>
      </Part>
      {about.logFolder !== null && (
        <Part title={say("settings.about.log")}>
          <Text>
            <bdi className={styles.path}>{about.logFolder}</bdi>
          </Text>
          <Button onClick={() => act({ do: "openLogFolder" })}>{say("settings.about.openLog")}</Button>
        </Part>
      )}
      <Part title={say("settings.about.diagnostics")}>
        <Text>{say("settings.about.redacted")}</Text>
        <pre className={styles.report}>{text}</pre>
        <CopyButton text={text} label={say("settings.about.copy")} />
      </Part>
    </>
  );
}

const useStyles = makeStyles({
  path: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: "anywhere",
  },
  report: {
    alignSelf: "stretch",
    margin: 0,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    userSelect: "text",
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
});
