import { Button } from "@fluentui/react-components";
import { useId } from "react";

import { Note } from "../calls/Note";
import { partyWords } from "../calls/words";
import { useAct } from "../host/HostContext";
import type { UiCall, UiReferral } from "../ipc/bindings";
import { Countdown } from "../shared/Countdown";
import { nameOf } from "./words";

/** The other end asks the agent to call somebody else. */
export function ReferralNote({ call, referral: { to, untilMs } }: { call: UiCall; referral: UiReferral }) {
  const { act } = useAct();
  const id = useId();
  const follow = (really: boolean) => act({ do: "follow", call: call.id, really });
  return (
    <Note
      id={id}
      tone="info"
      words={`${partyWords(call)} asks you to call ${nameOf(to)} instead.`}
      advice={
        <>
          {to.name !== null && `${to.number}. `}
          <Countdown toMs={untilMs} words={(left) => `Declined by itself in ${left} s.`} />
        </>
      }
    >
      <Button appearance="primary" aria-describedby={id} onClick={() => follow(true)}>
        Call {nameOf(to)}
      </Button>
      <Button aria-describedby={id} onClick={() => follow(false)}>
        Don’t
      </Button>
    </Note>
  );
}
