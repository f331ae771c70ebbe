import { Button, makeStyles, tokens } from "@fluentui/react-components";

import type { Group } from "../calls/conversations";
import { PersonLine } from "../calls/PersonLine";
import { useAct } from "../host/HostContext";
import { hearsWords, nameOf, standing } from "../transfer/words";
import { useWords } from "../words/words";

interface AskedProps {
  asked: NonNullable<Group["asked"]>;
  headingId: string;
}

/** Who was called to join a group: the agent talks to them first. */
export function Asked({ asked: { transfer, expert }, headingId }: AskedProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
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
        part={say("group.toJoin")}
        state={standing(words, expert, talking)}
        mood={talking ? "heard" : phase === "calling" ? "other" : "waiting"}
        hears={hearsWords(words, transfer.expertHears)}
      />
      <div className={styles.buttons}>
        <Button
          appearance="primary"
          className={styles.grow}
          disabledFocusable={phase !== "consulting"}
          onClick={() => act({ do: "merge", call: customer, with: expert.id })}
        >
          {phase === "calling" ? say("group.takeInOnceAnswered") : say("group.takeIn", { who: whom })}
        </Button>
        {phase === "consulting" && (
          <Button onClick={() => act({ do: "resume", call: talking ? customer : expert.id })}>
            {talking ? say("group.talkToGroup") : say("transfer.talkTo", { who: whom })}
          </Button>
        )}
        <Button onClick={() => act({ do: "back", call: customer })}>{say(phase === "calling" ? "group.stopCalling" : "group.letGo")}</Button>
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
