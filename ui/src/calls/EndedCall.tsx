import { Button, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { Call20Regular } from "@fluentui/react-icons/svg/call";
import { CallEnd20Regular } from "@fluentui/react-icons/svg/call-end";
import { CallMissed20Regular } from "@fluentui/react-icons/svg/call-missed";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { Warning20Regular } from "@fluentui/react-icons/svg/warning";
import { useEffect, useEffectEvent, useRef } from "react";

import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { formatSeconds } from "../shared/clock";
import { Trouble } from "../shared/Trouble";
import { useWords } from "../words/words";
import { useDraft } from "./drafts";
import { endingAdvice } from "./endings";
import { Notes } from "./Notes";
import { partyWords, stateWords } from "./words";

/**
 * A call that is over: what happened and what to do. One that ended as meant goes by itself after a
 * while, unless pointer or keyboard are on it, or the pointer on the recent calls that would move.
 */
export function EndedCall({ call, headingId }: { call: UiCall; headingId: string }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act, quietly } = useAct();
  const row = useRef<HTMLDivElement>(null);
  const normal = call.ending?.normal !== false;
  const noting = useDraft(call).open;
  const dismiss = () => act({ do: "dismiss", call: call.id });
  const onTime = useEffectEvent(() => {
    if (row.current?.matches(":hover, :focus-within") !== true && document.querySelector("[data-recent]:hover") === null) {
      quietly({ do: "dismiss", call: call.id });
    }
  });

  useEffect(() => {
    // Whoever writes about it has not done with it.
    if (!normal || noting) {
      return undefined;
    }
    const timer = setInterval(() => onTime(), GOES_AFTER_MS);
    return () => clearInterval(timer);
  }, [normal, noting]);

  const who = partyWords(call);
  const state = <span data-testid="call-state">{stateWords(words, call)}</span>;
  const talked = call.answeredAtMs === null || call.ending === null ? null : call.ending.atMs - call.answeredAtMs;
  return (
    <div ref={row} className={styles.row}>
      {normal ? (
        <CallEnd20Regular className={styles.icon} />
      ) : call.direction === "incoming" ? (
        <CallMissed20Regular className={styles.failed} />
      ) : (
        <Warning20Regular className={styles.failed} />
      )}
      <div className={styles.text}>
        <h2 id={headingId} className={styles.name} title={who}>
          <bdi>{who}</bdi>
        </h2>
        <div className={styles.state}>
          {normal || call.ending === null ? (
            state
          ) : (
            <Trouble
              what={state}
              advice={endingAdvice(words, call.ending.reason)}
              facts={{ error: call.ending.error, call: call.id, direction: call.direction }}
              quiet
            />
          )}
          {talked !== null && ` ${say("calls.talkedFor", { time: formatSeconds(Math.floor(talked / 1000)) })}`}
        </div>
        {noting && <Notes call={call} />}
      </div>
      <div className={styles.buttons}>
        {call.party.address !== "" && (
          <Tooltip content={say("calls.callAgain", { who })} relationship="label">
            <Button
              appearance="subtle"
              icon={<Call20Regular />}
              onClick={() => {
                act({ do: "dial", to: call.party.address });
                dismiss();
              }}
            />
          </Tooltip>
        )}
        <Tooltip content={say("calls.dismissNamed", { who })} relationship="label">
          <Button appearance="subtle" icon={<Dismiss20Regular />} onClick={dismiss} />
        </Tooltip>
      </div>
    </div>
  );
}

/** Long enough to read one line twice. */
const GOES_AFTER_MS = 8_000;

const useStyles = makeStyles({
  row: {
    display: "flex",
    alignItems: "flex-start",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
  },
  icon: {
    flexShrink: 0,
    marginTop: "2px",
    color: tokens.colorNeutralForeground3,
  },
  failed: {
    flexShrink: 0,
    marginTop: "2px",
    color: tokens.colorStatusDangerForeground1,
  },
  text: {
    flexGrow: 1,
    minWidth: 0,
    overflowWrap: "anywhere",
  },
  name: {
    margin: 0,
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
  },
  buttons: {
    display: "flex",
    flexShrink: 0,
  },
});
