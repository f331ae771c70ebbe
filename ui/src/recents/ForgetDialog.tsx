import { Button, DialogActions, DialogContent, DialogTitle } from "@fluentui/react-components";

import { Question } from "../shared/Question";

interface ForgetDialogProps {
  open: boolean;
  count: number;
  /** The answer: whether to forget them. */
  onClose: (forget: boolean) => void;
}

/** Asks before all calls are forgotten. */
export function ForgetDialog({ open, count, onClose }: ForgetDialogProps) {
  return (
    <Question open={open} onClose={() => onClose(false)}>
      <DialogTitle>Forget all recent calls?</DialogTitle>
      <DialogContent>
        {count === 1 ? "One call is" : `${count} calls are`} taken off the list for good. Nobody else’s list changes.
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={() => onClose(false)}>
          Keep them
        </Button>
        <Button onClick={() => onClose(true)}>Forget all</Button>
      </DialogActions>
    </Question>
  );
}
