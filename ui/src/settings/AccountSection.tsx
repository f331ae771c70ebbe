import { Button, Field, Switch } from "@fluentui/react-components";
import { useContext } from "react";

import { signInSays } from "../account/signInWords";
import { reachabilityWords, type Standing } from "../account/words";
import { useAct } from "../host/HostContext";
import type { UiLine, UiSignIn } from "../ipc/bindings";
import { actions } from "../shared/actions";
import { OffersContext, useListed } from "../shared/offers";
import { useWords } from "../words/words";
import { Part, Text } from "./Part";

interface AccountSectionProps {
  registration: Standing;
  signIns: readonly UiSignIn[];
  lines: readonly UiLine[];
  doNotDisturb: boolean;
  onClose: (then?: () => void) => void;
}

/** Who the agent is, whether calls can and do reach them, and the way in and out. */
export function AccountSection({ registration, signIns, lines, doNotDisturb, onClose }: AccountSectionProps) {
  const words = useWords();
  const { say, line } = words;
  const { act } = useAct();
  const offers = useContext(OffersContext);
  const ways = useListed().filter(({ name, possible }) => possible && WAYS.some((way) => way === name));
  return (
    <>
      <Part title={registration.name}>
        <Text>{line([registration.address, registration.words])}</Text>
        {lines.map(({ line: id, customer, registration: { reachability } }) => (
          <Text key={id}>{say("shared.labelled", { label: customer, text: reachabilityWords(words, reachability) })}</Text>
        ))}
      </Part>
      <Part>
        <Field hint={say("settings.doNotDisturb")}>
          <Switch label={say("account.doNotDisturb")} checked={doNotDisturb} onChange={(_, { checked }) => act({ do: "setDoNotDisturb", on: checked })} />
        </Field>
      </Part>
      {signIns.map((signIn) => (
        <Part key={signIn.tenant} title={signIn.customer ?? say("settings.signedIn")}>
          <Text>{line([signIn.name, signIn.username, signInSays(words, signIn)].filter((part) => part !== null))}</Text>
        </Part>
      ))}
      <Part>
        {ways.map(({ name, index, what }) => (
          <Button key={`${name}-${index}`} onClick={() => onClose(() => void offers.run(name, index))}>
            {what ?? say(actions[name].what)}
          </Button>
        ))}
      </Part>
    </>
  );
}

const WAYS = ["tryNow", "signIn", "signOut"] as const;
