import { makeStyles, tokens } from "@fluentui/react-components";

import type { UiCall } from "../ipc/bindings";
import { partyWords } from "./words";

/** Who is at the other end, large, with the number below the name. */
export function PartyName({ call, id }: { call: UiCall; id: string }) {
  const styles = useStyles();
  return (
    <div className={styles.party}>
      <h2 id={id} className={styles.name}>
        {partyWords(call)}
      </h2>
      {call.party.name !== null && <p className={styles.number}>{call.party.number}</p>}
    </div>
  );
}

const useStyles = makeStyles({
  party: {
    minWidth: 0,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  name: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  number: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
  },
});
