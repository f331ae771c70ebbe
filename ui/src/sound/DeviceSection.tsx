import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Info16Regular } from "@fluentui/react-icons/svg/info";
import { Play16Regular } from "@fluentui/react-icons/svg/play";
import { Warning16Filled } from "@fluentui/react-icons/svg/warning";
import { useId, type ReactNode } from "react";

import { useAct } from "../host/HostContext";
import type { UiDevice, UiDeviceChoice, UiDeviceRole } from "../ipc/bindings";
import { useWords, type WordId } from "../words/words";
import { DevicePicker } from "./DevicePicker";
import { troubleWords, tryWords } from "./words";

interface DeviceSectionProps {
  part: UiDeviceRole;
  device: UiDevice;
  choices: readonly UiDeviceChoice[] | null;
  /** Shown beside its name: how loud it is just now. */
  meter?: ReactNode;
  /** What a short sound can be played on. */
  tryable?: boolean;
  children?: ReactNode;
}

/** One device: which it is, what is wrong with it, and what `children` set or show. */
export function DeviceSection({ part, device, choices, meter, tryable, children }: DeviceSectionProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const headingId = useId();
  const trouble = troubleWords(words, part, device);
  const grave = device.state === "missing" || device.state === "denied";
  return (
    <section aria-labelledby={headingId} className={styles.section}>
      <div className={styles.top}>
        <h3 id={headingId} className={styles.heading}>
          {words.draw(headings[part], { purpose: (inside: ReactNode) => <span className={styles.purpose}>{inside}</span> })}
        </h3>
        {meter}
      </div>
      <div className={styles.choice}>
        <DevicePicker part={part} device={device} choices={choices} />
        {tryable === true && (
          <Button
            icon={<Play16Regular />}
            className={styles.try}
            aria-label={say(tryWords[part])}
            onClick={() => act({ do: "tryDevice", role: part })}
          >
            {say("sound.try")}
          </Button>
        )}
      </div>
      {trouble !== null && (
        <p className={mergeClasses(styles.trouble, grave && styles.missing)}>
          {grave ? <Warning16Filled className={styles.icon} /> : <Info16Regular className={styles.icon} />}
          <span>{trouble}</span>
        </p>
      )}
      {children}
    </section>
  );
}

/** What each is called, and what it is for. */
const headings: Readonly<Record<UiDeviceRole, WordId>> = {
  microphone: "sound.role.microphone",
  speaker: "sound.heading.speaker",
  ringer: "sound.heading.ringer",
};

const useStyles = makeStyles({
  section: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
  },
  top: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalM,
  },
  heading: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  purpose: {
    fontWeight: tokens.fontWeightRegular,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
  },
  choice: {
    display: "flex",
    gap: tokens.spacingHorizontalS,
    minWidth: 0,
  },
  try: {
    flexShrink: 0,
    minWidth: 0,
  },
  trouble: {
    display: "flex",
    gap: tokens.spacingHorizontalXS,
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  missing: {
    color: tokens.colorStatusDangerForeground1,
  },
  icon: {
    flexShrink: 0,
  },
});
