import { Avatar, Button, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { CallEnd20Filled } from "@fluentui/react-icons/svg/call-end";

import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { partyWords, stateWords } from "./words";

/** A call beside the one at hand: who, what it does, and the way back to it. */
export function CallRow({ call, headingId }: { call: UiCall; headingId: string }) {
  const styles = useStyles();
  const { act } = useAct();
  const who = partyWords(call);
  return (
    <div className={styles.row}>
      <Avatar name={call.party.name ?? ""} size={36} color="brand" aria-hidden />
      <div className={styles.who}>
        <h2 id={headingId} className={styles.name} title={who}>
          {who}
        </h2>
        <p className={styles.state}>
          <span data-testid="call-state">{stateWords(call)}</span>{" "}
          <Elapsed sinceMs={call.answeredAtMs ?? call.startedAtMs} />
        </p>
      </div>
      {call.hold !== "off" && (
        <Button onClick={() => act({ do: "resume", call: call.id })} aria-label={`Resume, ${who}`}>
          Resume
        </Button>
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
  );
}

const useStyles = makeStyles({
  row: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalM}`,
  },
  who: {
    flexGrow: 1,
    minWidth: 0,
  },
  name: {
    margin: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
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
  },
  hangUp: {
    color: tokens.colorStatusDangerForeground1,
  },
});
