import { Button } from "@fluentui/react-components";
import { useContext } from "react";

import type { UiKeeps } from "../ipc/bindings";
import { OffersContext, useListed } from "../shared/offers";
import { useWords } from "../words/words";
import { Part, Text } from "./Part";

/** What is kept where, and how to be rid of it. */
export function PrivacySection({ keeps, onClose }: { keeps: UiKeeps | null; onClose: (then?: () => void) => void }) {
  const { say } = useWords();
  const offers = useContext(OffersContext);
  const clearable = useListed().some(({ name, possible }) => name === "clearRecents" && possible);
  return (
    <Part>
      <Text>{say("settings.privacy.recents")}</Text>
      {keeps !== null && <Text>{say("settings.privacy.kept", { days: keeps.days, calls: keeps.calls })}</Text>}
      <Text>{say("settings.privacy.recordings")}</Text>
      <Text>{say("settings.privacy.log")}</Text>
      <Text>{say("settings.privacy.password")}</Text>
      {clearable && <Button onClick={() => onClose(() => void offers.run("clearRecents"))}>{say("keys.always.clearRecents")}</Button>}
    </Part>
  );
}
