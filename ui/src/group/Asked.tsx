import { Button, makeStyles, tokens } from "@fluentui/react-components";

import type { Group } from "../calls/conversations";
import { PersonLine } from "../calls/PersonLine";
import { useAct } from "../host/HostContext";
import { nameOf, sentence, standing } from "../transfer/words";

interface AskedProps {
  asked: NonNullable<Group["asked"]>;
  headingId: string;
}

/** Who was called to join a group: the agent talks to them first. */
export function Asked({ asked: { transfer, expert }, headingId }: AskedProps) {
  const styles = useStyles();
  const { act } = useAct();
  const { customer, phase, talkingTo } = transfer;
  const whom = nameOf(transfer.to);
  const talking = talkingTo === "expert";
  return (
    <div className={styles.asked}>
      <PersonLine
        id={headingId}
        party={transfer.to}
        call={expert}
        part="To join"
        state={standing(expert, talking)}
        mood={talking ? "heard" : phase === "calling" ? "other" : "waiting"}
        hears={sentence(transfer.expertHears)}
      />
      <div className={styles.buttons}>
        <Button
          appearance="primary"
          className={styles.grow}
          disabledFocusable={phase !== "consulting"}
          onClick={() => act({ do: "merge", call: customer, with: expert.id })}
        >
          {phase === "calling" ? "Take in once answered" : `Take ${whom} in`}
        </Button>
        {phase === "consulting" && (
          <Button onClick={() => act({ do: "resume", call: talking ? customer : expert.id })}>
            {talking ? "Talk to the group" : `Talk to ${whom}`}
          </Button>
        )}
        <Button onClick={() => act({ do: "back", call: customer })}>{phase === "calling" ? "Stop calling" : "Let them go"}</Button>
      </div>
    </div>
  );
}

const useStyles = makeStyles({
  asked: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
  },
  buttons: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
  },
  grow: { flexGrow: 1 },
});
