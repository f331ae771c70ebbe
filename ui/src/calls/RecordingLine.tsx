import { Button, makeStyles, mergeClasses, tokens, Tooltip } from "@fluentui/react-components";
import { Pause16Filled } from "@fluentui/react-icons/svg/pause";
import { Record16Filled, Record16Regular } from "@fluentui/react-icons/svg/record";
import { Warning16Filled } from "@fluentui/react-icons/svg/warning";
import { useRef } from "react";

import { useAct } from "../host/HostContext";
import type { UiCall, UiRecording } from "../ipc/bindings";
import { useOffers } from "../shared/offers";
import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { useWords } from "../words/words";
import { recordedWords } from "./recordedWords";

interface RecordingLineProps {
  call: UiCall;
  /** Whose call it is, where there are several on the card. */
  who?: string;
  /** The shortcut is for this call. */
  atHand: boolean;
}

/** Whether the call is recorded, for as long as it could be, and what can be done about that. */
export function RecordingLine({ call, who, atHand }: RecordingLineProps) {
  return call.recording === null ? null : <Line call={call.id} recording={call.recording} who={who} atHand={atHand} />;
}

interface LineProps {
  call: number;
  recording: UiRecording;
  who: string | undefined;
  atHand: boolean;
}

function Line({ call, recording, who, atHand }: LineProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const { state, stays } = recording;
  const { what } = next[state];
  const [label, hint] = [say(next[state].label), say(next[state].hint)];
  const main = useRef<HTMLButtonElement>(null);
  const press = () => act({ do: "record", call, what });
  const stop = () => act({ do: "record", call, what: "stop" });
  const stoppable = !stays && state !== "off" && state !== "failed";
  useOffers(atHand ? { record: { run: press, what: label }, ...(stoppable ? { stopRecording: stop } : {}) } : {});
  const named = (what: string) => (who === undefined ? what : say("shared.named", { what, who }));
  const recorded = state === "on" || state === "announcing";
  return (
    <div className={styles.line} role="group" aria-label={named(say("calls.recording"))}>
      <span className={mergeClasses(styles.sign, recorded && styles.on, state === "failed" && styles.failed)}>
        {recorded ? (
          <Record16Filled aria-hidden />
        ) : state === "paused" || state === "waiting" ? (
          <Pause16Filled aria-hidden />
        ) : state === "failed" ? (
          <Warning16Filled aria-hidden />
        ) : (
          <Record16Regular aria-hidden />
        )}
        <span data-testid="recording">
          {recordedWords(words, recording)}
          {who !== undefined && <span className={styles.who}> · {who}</span>}
        </span>
      </span>
      <Tooltip content={atHand ? withKeys(words, hint, "record") : hint} relationship="description">
        <Button ref={main} size="small" aria-label={named(label)} aria-keyshortcuts={atHand ? ariaShortcut("record") : undefined} onClick={press}>
          {label}
        </Button>
      </Tooltip>
      {stoppable && (
        <Tooltip content={say("calls.record.stopHint")} relationship="description">
          <Button
            size="small"
            aria-label={named(say("calls.record.stopNamed"))}
            onClick={() => {
              // This button goes with the recording; the keyboard stays here.
              main.current?.focus();
              stop();
            }}
          >
            {say("calls.record.stop")}
          </Button>
        </Tooltip>
      )}
    </div>
  );
}

const pause = { label: "calls.record.pause", hint: "calls.record.pauseHint", what: "pause" } as const;
const start = { label: "calls.record", hint: "calls.record.hint", what: "start" } as const;

/** What the button does next. */
const next = {
  off: start,
  failed: start,
  announcing: pause,
  on: pause,
  waiting: pause,
  paused: { label: "calls.record.resume", hint: "calls.record.resumeHint", what: "resume" },
} as const;

const useStyles = makeStyles({
  line: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    minHeight: "24px",
  },
  sign: {
    display: "flex",
    alignItems: "center",
    flexGrow: 1,
    flexBasis: "120px",
    gap: tokens.spacingHorizontalXS,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
    "& svg": { flexShrink: 0 },
  },
  on: {
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorStatusDangerForeground1,
  },
  failed: {
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorStatusDangerForeground1,
  },
  who: {
    fontWeight: tokens.fontWeightRegular,
    color: tokens.colorNeutralForeground2,
  },
});
