import { Button, DialogActions, DialogContent, DialogTitle } from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { Question } from "../shared/Question";
import { useWords } from "../words/words";
import { partyWords } from "./words";

/** The window was asked to close while somebody is on the line. */
export function ClosingDialog({ open, calls }: { open: boolean; calls: readonly UiCall[] }) {
  const { act } = useAct();
  const { say, list } = useWords();
  const stay = () => act({ do: "close", really: false });
  const live = calls.filter(({ state }) => state !== "ended");
  return (
    <Question open={open} onClose={stay}>
      <DialogTitle>{say("calls.closing.title", { count: live.length })}</DialogTitle>
      <DialogContent>{say("calls.closing.named", { who: list(live.map(partyWords)) })}</DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={stay}>
          {say("calls.closing.stay")}
        </Button>
        <Button onClick={() => act({ do: "close", really: true })}>{say("calls.closing.reallyClose")}</Button>
      </DialogActions>
    </Question>
  );
}
