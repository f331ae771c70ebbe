import { Avatar, Button, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { CallEnd20Filled } from "@fluentui/react-icons/svg/call-end";
import { Options20Regular } from "@fluentui/react-icons/svg/options";
import { SpeakerMute20Filled } from "@fluentui/react-icons/svg/speaker-mute";
import { Speaker220Regular } from "@fluentui/react-icons/svg/speaker";
import { useState } from "react";

import { isInTouch, partyWords, stateWords } from "../calls/words";
import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { LoudnessLine } from "../sound/LoudnessLine";
import { useWords, type Words } from "../words/words";

/** Somebody in a group: whether and how loud the others hear them, and the way out for them. */
export function Member({ call, locked }: { call: UiCall; locked: boolean }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const [open, setOpen] = useState(false);
  const who = partyWords(call);
  const silence = call.silenced ? say("group.heardAgain", { who }) : say("group.silence", { who });
  return (
    <li className={styles.member}>
      <span className={styles.avatar}>
        <Avatar name={call.party.name ?? ""} size={32} color="brand" aria-hidden />
      </span>
      <div className={styles.who}>
        <h3 className={styles.name} title={who}>
          <bdi>{who}</bdi>
        </h3>
        <p className={styles.state}>
          <Elapsed sinceMs={call.answeredAtMs ?? call.startedAtMs} /> · {memberWords(words, call)}
        </p>
      </div>
      <div className={styles.buttons}>
        <Tooltip content={silence} relationship="label">
          <Button
            appearance={call.silenced ? "primary" : "subtle"}
            icon={call.silenced ? <SpeakerMute20Filled /> : <Speaker220Regular />}
            onClick={() => act({ do: "silence", call: call.id, on: !call.silenced })}
          />
        </Tooltip>
        <Tooltip content={say("group.loudnessOf", { who })} relationship="label">
          <Button appearance="subtle" icon={<Options20Regular />} aria-expanded={open} onClick={() => setOpen(!open)} />
        </Tooltip>
        <Tooltip content={say("calls.hangUpNamed", { who })} relationship="label">
          <Button
            appearance="subtle"
            className={styles.hangUp}
            icon={<CallEnd20Filled />}
            disabledFocusable={locked}
            onClick={() => act({ do: "hangUp", call: call.id })}
          />
        </Tooltip>
      </div>
      {open && (
        <div className={styles.loudness}>
          <LoudnessLine
            label={say("group.loudness")}
            spoken={say("group.loudnessOf", { who })}
            percent={call.volumePercent}
            most={200}
            tell={(percent) => act({ do: "setPersonVolume", call: call.id, percent })}
          />
        </div>
      )}
    </li>
  );
}

function memberWords(words: Words, call: UiCall): string {
  const { say } = words;
  if (call.silenced) {
    return say("group.silenced");
  }
  if (!isInTouch(call)) {
    return stateWords(words, call);
  }
  const percent = say("shared.percent", { percent: call.volumePercent });
  return call.volumePercent === 100 ? say("group.heardByAll") : say("group.heardByAllAt", { percent });
}

const useStyles = makeStyles({
  member: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXS} ${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  avatar: {
    display: "grid",
    // Large letters in a small window: the words come first.
    "@media (max-width: 359px)": { display: "none" },
  },
  who: {
    flexGrow: 1,
    flexBasis: "100px",
    minWidth: 0,
    userSelect: "text",
  },
  name: {
    margin: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    "@media (max-width: 359px)": { whiteSpace: "normal", overflowWrap: "anywhere" },
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  state: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  buttons: {
    display: "flex",
    marginInlineStart: "auto",
  },
  hangUp: { color: tokens.colorStatusDangerForeground1 },
  loudness: { flexBasis: "100%" },
});
