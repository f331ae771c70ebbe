import { Avatar, Button, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { CallEnd20Filled } from "@fluentui/react-icons/svg/call-end";

import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { ReferralNote } from "../transfer/ReferralNote";
import { useWords } from "../words/words";
import { CustomerTag } from "./CustomerTag";
import { StatePill } from "./StatePill";
import { partyWords } from "./words";

interface CallRowProps {
  call: UiCall;
  headingId: string;
  /** Another call is heard: going on with this one puts that one on hold. */
  swaps: boolean;
  /** The rows have just moved up. */
  moved: boolean;
  /** The one that the shortcut is for. */
  first: boolean;
  /** Whom it can be merged with; nobody by name if that is a group. */
  mergeWith?: { readonly call: number; readonly who: string | null } | undefined;
  /** The one that the shortcut for merging is for. */
  firstToMerge: boolean;
}

/** A call beside the one at hand: who, what it does, and the way back to it. */
export function CallRow({ call, headingId, swaps, moved, first, mergeWith, firstToMerge }: CallRowProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const who = partyWords(call);
  const resume = () => act({ do: "resume", call: call.id });
  const swap = say("calls.swapHint", { who });
  const mergeWho = mergeWith?.who ?? null;
  const mergeHint = mergeWho === null ? say("calls.takeInHint", { who }) : say("calls.mergeHint", { who: mergeWho });
  return (
    <div className={styles.row}>
      <Avatar name={call.party.name ?? ""} size={36} color="brand" aria-hidden />
      <div className={styles.who}>
        <h2 id={headingId} className={styles.name} title={who}>
          <bdi>{who}</bdi>
        </h2>
        <p className={styles.state}>
          <CustomerTag customer={call.customer} /> <StatePill call={call} /> <Elapsed sinceMs={call.answeredAtMs ?? call.startedAtMs} />
        </p>
      </div>
      <div className={styles.buttons}>
        {call.hold !== "off" &&
          (swaps ? (
            <Tooltip
              content={first ? withKeys(words, swap, "swap") : swap}
              relationship="description"
            >
              <Button
                className={styles.narrow}
                aria-label={say("calls.swapNamed", { who })}
                aria-keyshortcuts={first ? ariaShortcut("swap") : undefined}
                onClick={resume}
              >
                {say("calls.swap")}
              </Button>
            </Tooltip>
          ) : (
            <Button className={styles.narrow} onClick={resume} aria-label={say("calls.resumeNamed", { who })}>
              {say("calls.resume")}
            </Button>
          ))}
        {mergeWith !== undefined && call.state === "active" && !call.recovering && (
          <Tooltip content={firstToMerge ? withKeys(words, mergeHint, "merge") : mergeHint} relationship="description">
            <Button
              className={styles.narrow}
              aria-label={mergeWho === null ? say("calls.takeInNamed", { who }) : say("calls.mergeNamed", { who: mergeWho })}
              aria-keyshortcuts={firstToMerge ? ariaShortcut("merge") : undefined}
              onClick={() => act({ do: "merge", call: mergeWith.call, with: call.id })}
            >
              {say(mergeWho === null ? "calls.takeIn" : "calls.merge")}
            </Button>
          </Tooltip>
        )}
        <Tooltip content={say("calls.hangUpNamed", { who })} relationship="label">
          <Button
            appearance="subtle"
            className={styles.hangUp}
            icon={<CallEnd20Filled />}
            aria-disabled={(moved && call.hold !== "off") || undefined}
            onClick={() => act({ do: "hangUp", call: call.id })}
          />
        </Tooltip>
      </div>
      {call.referral !== null && (
        <div className={styles.referral}>
          <ReferralNote call={call} referral={call.referral} />
        </div>
      )}
    </div>
  );
}

const useStyles = makeStyles({
  row: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: tokens.spacingHorizontalM,
  },
  who: {
    flexGrow: 1,
    flexBasis: "96px",
    minWidth: 0,
  },
  name: {
    margin: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    "@media (max-width: 299px)": { whiteSpace: "normal", overflowWrap: "anywhere" },
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  state: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalS,
    margin: 0,
    marginTop: tokens.spacingVerticalXXS,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground1,
  },
  buttons: {
    display: "flex",
    alignItems: "center",
    marginInlineStart: "auto",
    gap: tokens.spacingHorizontalXS,
  },
  referral: {
    flexBasis: "100%",
  },
  narrow: {
    minWidth: 0,
  },
  hangUp: {
    color: tokens.colorStatusDangerForeground1,
  },
});
