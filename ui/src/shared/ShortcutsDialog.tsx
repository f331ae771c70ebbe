import { Button, DialogActions, DialogContent, DialogTitle } from "@fluentui/react-components";

import { useWords } from "../words/words";
import { Question } from "./Question";
import { ShortcutList } from "./ShortcutList";

/** Every shortcut and what it does. */
export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { say } = useWords();
  return (
    <Question open={open} onClose={onClose} light>
      <DialogTitle>{say("keys.title")}</DialogTitle>
      {/* Without a control in it, the keyboard scrolls it all the same. */}
      <DialogContent tabIndex={0}>
        <ShortcutList />
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={onClose}>
          {say("shared.close")}
        </Button>
      </DialogActions>
    </Question>
  );
}
