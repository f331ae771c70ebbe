import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Info16Regular } from "@fluentui/react-icons/svg/info";
import { Play16Regular } from "@fluentui/react-icons/svg/play";
import { Warning16Filled } from "@fluentui/react-icons/svg/warning";
import { useId, type ReactNode } from "react";

import { useAct } from "../host/HostContext";
import type { UiDevice, UiDeviceChoice, UiDeviceRole } from "../ipc/bindings";
import { DevicePicker } from "./DevicePicker";
import { roleWords, troubleWords } from "./words";

interface DeviceSectionProps {
  part: UiDeviceRole;
  device: UiDevice;
  choices: readonly UiDeviceChoice[] | null;
  /** What it is for, beside its name. */
  purpose?: string;
  /** Shown beside its name: how loud it is just now. */
  meter?: ReactNode;
  /** What a short sound can be played on. */
  tryable?: boolean;
  children?: ReactNode;
}

/** One device: which it is, what is wrong with it, and what `children` set or show. */
export function DeviceSection({ part, device, choices, purpose, meter, tryable, children }: DeviceSectionProps) {
  const styles = useStyles();
  const { act } = useAct();
  const headingId = useId();
  const trouble = troubleWords(part, device);
  const grave = device.state === "missing" || device.state === "denied";
  return (
    <section aria-labelledby={headingId} className={styles.section}>
      <div className={styles.top}>
        <h3 id={headingId} className={styles.heading}>
          {roleWords[part]}
          {purpose !== undefined && <span className={styles.purpose}> {purpose}</span>}
        </h3>
        {meter}
      </div>
      <div className={styles.choice}>
        <DevicePicker part={part} device={device} choices={choices} />
        {tryable === true && (
          <Button
            icon={<Play16Regular />}
            className={styles.try}
            aria-label={`Try the ${roleWords[part].toLowerCase()}`}
            onClick={() => act({ do: "tryDevice", role: part })}
          >
            Try
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
