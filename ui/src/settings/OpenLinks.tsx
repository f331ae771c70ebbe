import { Button, Field, Switch } from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiDesktop } from "../ipc/bindings";
import { useWords } from "../words/words";
import { Text } from "./Part";

interface OpenLinksProps {
  desktop: UiDesktop;
  /** Whose it is to say, if it is managed. */
  hint: { hint?: string };
}

/** Whether phone links of other programs are opened here, as far as the system lets a program ask for it. */
export function OpenLinks({ desktop: { openLinks, linksManaged }, hint }: OpenLinksProps) {
  const { say } = useWords();
  const { act } = useAct();
  if (openLinks === "system") {
    return <Text>{say("settings.openLinks.system")}</Text>;
  }
  return (
    <>
      <Field {...hint}>
        <Switch
          label={say("settings.openLinks")}
          checked={openLinks !== "off"}
          disabled={linksManaged}
          onChange={(_, { checked }) => act({ do: "openLinks", on: checked })}
        />
      </Field>
      {openLinks === "offered" && (
        <>
          <Text>{say("settings.openLinks.offered")}</Text>
          <Button onClick={() => act({ do: "openLinks", on: true })}>{say("settings.openLinks.choose")}</Button>
        </>
      )}
    </>
  );
}
