import { Button, DialogActions, DialogContent, DialogTitle } from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { Question } from "../shared/Question";
import { partyWords } from "./words";

/** The window was asked to close while somebody is on the line. */
export function ClosingDialog({ open, calls }: { open: boolean; calls: readonly UiCall[] }) {
  const { act } = useAct();
  const stay = () => act({ do: "close", really: false });
  const live = calls.filter(({ state }) => state !== "ended");
  return (
    <Question open={open} onClose={stay}>
      <DialogTitle>{live.length > 1 ? "End your calls?" : "End your call?"}</DialogTitle>
      <DialogContent>Closing Warmline hangs up on {new Intl.ListFormat("en").format(live.map(partyWords))}.</DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={stay}>
          Stay on the line
        </Button>
        <Button onClick={() => act({ do: "close", really: true })}>Hang up and close</Button>
      </DialogActions>
    </Question>
  );
}
