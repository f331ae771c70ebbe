import { Button, DialogActions, DialogContent, DialogTitle } from "@fluentui/react-components";

import { Question } from "../shared/Question";
import { useWords } from "../words/words";

interface ForgetDialogProps {
  open: boolean;
  /** How many; null if they are more than are known here. */
  count: number | null;
  /** The answer: whether to forget them. */
  onClose: (forget: boolean) => void;
}

/** Asks before all calls are forgotten. */
export function ForgetDialog({ open, count, onClose }: ForgetDialogProps) {
  const { say } = useWords();
  return (
    <Question open={open} onClose={() => onClose(false)}>
      <DialogTitle>{say("recents.forget.title")}</DialogTitle>
      <DialogContent>{count === null ? say("recents.forget.every") : say("recents.forget.text", { count })}</DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={() => onClose(false)}>
          {say("recents.forget.keep")}
        </Button>
        <Button onClick={() => onClose(true)}>{say("recents.forget.all")}</Button>
      </DialogActions>
    </Question>
  );
}
