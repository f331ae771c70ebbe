import { Avatar, Button, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { CallEnd20Filled } from "@fluentui/react-icons/svg/call-end";

import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { ariaShortcut, shortcutLabel } from "../shared/shortcuts";
import { ReferralNote } from "../transfer/ReferralNote";
import { CustomerTag } from "./CustomerTag";
import { StatePill } from "./StatePill";
import { partyWords } from "./words";

interface CallRowProps {
  call: UiCall;
  headingId: string;
  /** Another call is heard: going on with this one puts that one on hold. */
  swaps: boolean;
  /** The one that the shortcut is for. */
  first: boolean;
  /** Whom it can be merged with. */
  mergeWith?: { readonly call: number; readonly who: string; readonly group: boolean } | undefined;
  /** The one that the shortcut for merging is for. */
  firstToMerge: boolean;
}

/** A call beside the one at hand: who, what it does, and the way back to it. */
export function CallRow({ call, headingId, swaps, first, mergeWith, firstToMerge }: CallRowProps) {
  const styles = useStyles();
  const { act } = useAct();
  const who = partyWords(call);
  const resume = () => act({ do: "resume", call: call.id });
  return (
    <div className={styles.row}>
      <Avatar name={call.party.name ?? ""} size={36} color="brand" aria-hidden />
      <div className={styles.who}>
        <h2 id={headingId} className={styles.name} title={who}>
          {who}
        </h2>
        <p className={styles.state}>
          <CustomerTag customer={call.customer} /> <StatePill call={call} /> <Elapsed sinceMs={call.answeredAtMs ?? call.startedAtMs} />
        </p>
      </div>
      <div className={styles.buttons}>
        {call.hold !== "off" &&
          (swaps ? (
            <Tooltip
              content={`Puts your present call on hold and goes on with ${who}${first ? ` (${shortcutLabel("swap")})` : ""}`}
              relationship="description"
            >
              <Button
                className={styles.narrow}
                aria-label={`Swap to ${who}`}
                aria-keyshortcuts={first ? ariaShortcut("swap") : undefined}
                onClick={resume}
              >
                Swap
              </Button>
            </Tooltip>
          ) : (
            <Button className={styles.narrow} onClick={resume} aria-label={`Resume, ${who}`}>
              Resume
            </Button>
          ))}
        {mergeWith !== undefined && call.state === "active" && !call.recovering && (
          <Tooltip
            content={`${mergeWith.group ? `Take ${who} into the group` : `Merge with ${mergeWith.who}: all of you hear each other`}${
              firstToMerge ? ` (${shortcutLabel("merge")})` : ""
            }`}
            relationship="description"
          >
            <Button
              className={styles.narrow}
              aria-label={mergeWith.group ? `Take in ${who}` : `Merge with ${mergeWith.who}`}
              aria-keyshortcuts={firstToMerge ? ariaShortcut("merge") : undefined}
              onClick={() => act({ do: "merge", call: mergeWith.call, with: call.id })}
            >
              {mergeWith.group ? "Take in" : "Merge"}
            </Button>
          </Tooltip>
        )}
        <Tooltip content={`Hang up, ${who}`} relationship="label">
          <Button
            appearance="subtle"
            className={styles.hangUp}
            icon={<CallEnd20Filled />}
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
