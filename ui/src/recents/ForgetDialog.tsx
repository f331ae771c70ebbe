import { Button, DialogActions, DialogContent, DialogTitle } from "@fluentui/react-components";

import type { UiRecent } from "../ipc/bindings";
import { Question } from "../shared/Question";
import { useWords } from "../words/words";
import { SHOWN_BY_SNAPSHOT } from "./pages";

interface ForgetDialogProps {
  open: boolean;
  recents: readonly UiRecent[];
  /** The answer: whether to forget them. */
  onClose: (forget: boolean) => void;
}

/** Asks before all calls are forgotten. */
export function ForgetDialog({ open, recents, onClose }: ForgetDialogProps) {
  const { say } = useWords();
  const count = recents.length;
  return (
    <Question open={open} onClose={() => onClose(false)}>
      <DialogTitle>{say("recents.forget.title")}</DialogTitle>
      <DialogContent>{count < SHOWN_BY_SNAPSHOT ? say("recents.forget.text", { count }) : say("recents.forget.every")}</DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={() => onClose(false)}>
          {say("recents.forget.keep")}
        </Button>
        <Button onClick={() => onClose(true)}>{say("recents.forget.all")}</Button>
      </DialogActions>
    </Question>
  );
}
