import { Button } from "@fluentui/react-components";
import { useId } from "react";

import { Note } from "../calls/Note";
import { partyWords } from "../calls/words";
import { useAct } from "../host/HostContext";
import type { UiCall, UiReferral } from "../ipc/bindings";
import { Countdown } from "../shared/Countdown";
import { useWords } from "../words/words";
import { nameOf } from "./words";

/** The other end asks the agent to call somebody else. */
export function ReferralNote({ call, referral: { to, untilMs } }: { call: UiCall; referral: UiReferral }) {
  const { act } = useAct();
  const { say } = useWords();
  const id = useId();
  const follow = (really: boolean) => act({ do: "follow", call: call.id, really });
  return (
    <Note
      id={id}
      tone="info"
      words={say("transfer.referral", { who: partyWords(call), other: nameOf(to) })}
      advice={
        <>
          {to.name !== null && `${say("shared.sentence", { words: to.number })} `}
          <Countdown toMs={untilMs} words={(left) => say("transfer.referral.until", { seconds: left })} />
        </>
      }
    >
      <Button appearance="primary" aria-describedby={id} onClick={() => follow(true)}>
        {say("shared.callNamed", { who: nameOf(to) })}
      </Button>
      <Button aria-describedby={id} onClick={() => follow(false)}>
        {say("transfer.referral.dont")}
      </Button>
    </Note>
  );
}
