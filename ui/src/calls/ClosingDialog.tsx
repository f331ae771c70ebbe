import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
} from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiCall } from "../ipc/bindings";
import { partyWords } from "./words";

/** The window was asked to close while somebody is on the line. */
export function ClosingDialog({ open, calls }: { open: boolean; calls: readonly UiCall[] }) {
  const styles = useStyles();
  const { act } = useAct();
  const stay = () => act({ do: "close", really: false });
  const live = calls.filter(({ state }) => state !== "ended");
  return (
    <Dialog
      modalType="alert"
      open={open}
      onOpenChange={(_, data) => {
        if (!data.open) {
          stay();
        }
      }}
    >
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{live.length > 1 ? "End your calls?" : "End your call?"}</DialogTitle>
          <DialogContent>
            Closing Warmline hangs up on {new Intl.ListFormat("en").format(live.map(partyWords))}.
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={stay}>
              Stay on the line
            </Button>
            <Button onClick={() => act({ do: "close", really: true })}>Hang up and close</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

const useStyles = makeStyles({
  surface: {
    width: "calc(100% - 32px)",
    maxWidth: "420px",
  },
});
