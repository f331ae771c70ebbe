import { Avatar, Button, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { ArrowSwap20Regular } from "@fluentui/react-icons/svg/arrow-swap";
import { CallEnd20Filled } from "@fluentui/react-icons/svg/call-end";

import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { ariaShortcut, shortcutLabel } from "../shared/shortcuts";
import { StatePill } from "./StatePill";
import { partyWords } from "./words";

interface CallRowProps {
  call: UiCall;
  headingId: string;
  /** Another call is heard: going on with this one puts that one on hold. */
  swaps: boolean;
  /** The one that the shortcut is for. */
  first: boolean;
}

/** A call beside the one at hand: who, what it does, and the way back to it. */
export function CallRow({ call, headingId, swaps, first }: CallRowProps) {
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
          <StatePill call={call} /> <Elapsed sinceMs={call.answeredAtMs ?? call.startedAtMs} />
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
                icon={<ArrowSwap20Regular />}
                aria-label={`Swap to ${who}`}
                aria-keyshortcuts={first ? ariaShortcut("swap") : undefined}
                onClick={resume}
              >
                Swap
              </Button>
            </Tooltip>
          ) : (
            <Button onClick={resume} aria-label={`Resume, ${who}`}>
              Resume
            </Button>
          ))}
        <Tooltip content={`Hang up, ${who}`} relationship="label">
          <Button
            appearance="subtle"
            className={styles.hangUp}
            icon={<CallEnd20Filled />}
            onClick={() => act({ do: "hangUp", call: call.id })}
          />
        </Tooltip>
      </div>
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
  hangUp: {
    color: tokens.colorStatusDangerForeground1,
  },
});
