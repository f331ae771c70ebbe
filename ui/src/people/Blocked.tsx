import { Button } from "@fluentui/react-components";
import { ArrowClockwise16Regular } from "@fluentui/react-icons/svg/arrow-clockwise";
import { PersonKey16Regular } from "@fluentui/react-icons/svg/person-key";
import { useContext } from "react";

import { Note } from "../calls/Note";
import { useAct } from "../host/HostContext";
import type { UiBlocked, UiSignIn } from "../ipc/bindings";
import { Countdown } from "../shared/Countdown";
import { useWords } from "../words/words";
import { ExpertsContext } from "./experts";
import { blockedWords } from "./presenceWords";

interface BlockedProps {
  blocked: UiBlocked;
  /** Somebody is shown all the same. */
  shown: boolean;
  signIns: readonly UiSignIn[];
  /** Whose experts these are. */
  customer: string | null;
  /** Puts the keyboard on the call box. */
  onNumber: () => void;
}

/** Why there is nobody, or nothing new: what is the matter, and the way out. */
export function Blocked({ blocked, shown, signIns, customer, onNumber }: BlockedProps) {
  const { act } = useAct();
  const { say } = useWords();
  const experts = useContext(ExpertsContext);
  const { kind, untilMs } = blocked;
  const out = signIns.filter(({ state }) => state === "signedOut");
  const toSignIn = out.find((signIn) => signIn.customer === customer) ?? out[0];

  const wayOut = () => {
    switch (kind) {
      case "signedOut":
        return (
          toSignIn !== undefined && (
            <Button
              size="small"
              appearance="primary"
              icon={<PersonKey16Regular />}
              onClick={() => act({ do: "signIn", tenant: toSignIn.tenant, deviceCode: false })}
            >
              {say("account.signIn")}
            </Button>
          )
        );
      case "offline":
      case "broken":
        return (
          <Button size="small" icon={<ArrowClockwise16Regular />} onClick={() => experts?.again()}>
            {say("account.tryAgain")}
          </Button>
        );
      case "noSignIn":
        return (
          <Button size="small" onClick={onNumber}>
            {say("people.typeNumber")}
          </Button>
        );
      // The ladder stands below; the others go on by themselves, or with what there is.
      case "noConsent":
      case "throttled":
      case "noPresence":
        return null;
    }
  };
  // Of the others the advice says so itself.
  const stale = shown && (kind === "broken" || kind === "signedOut");
  const button = wayOut();
  const untilWords = (left: number) => (left > 0 ? say("people.goesOnIn", { seconds: left }) : say("people.goingOn"));
  return (
    <Note
      tone={kind === "noPresence" || kind === "noSignIn" || kind === "throttled" ? "info" : "warning"}
      words={say(blockedWords[kind].words)}
      advice={
        <>
          {say(blockedWords[kind].advice)} {untilMs !== null && <Countdown toMs={untilMs} words={untilWords} />}
          {stale && ` ${say("people.stale")}`}
        </>
      }
    >
      {button === null || button === false ? undefined : button}
    </Note>
  );
}
