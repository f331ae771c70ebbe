import { Dialog, DialogBody, DialogSurface, makeStyles } from "@fluentui/react-components";
import type { ReactNode } from "react";

interface QuestionProps {
  open: boolean;
  /** Escape was pressed. */
  onClose: () => void;
  /** It asks nothing: a click beside it closes it. */
  light?: boolean;
  /** The parts of a dialog's body. */
  children: ReactNode;
}

/** A dialog that fits into a narrow window. */
export function Question({ open, onClose, light, children }: QuestionProps) {
  const styles = useStyles();
  return (
    <Dialog
      modalType={light === true ? "modal" : "alert"}
      open={open}
      onOpenChange={(_, data) => {
        if (!data.open) {
          onClose();
        }
      }}
    >
      <DialogSurface className={styles.surface}>
        <DialogBody className={styles.body}>{children}</DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

const useStyles = makeStyles({
  surface: {
    boxSizing: "border-box",
    width: "calc(100% - 32px)",
    maxWidth: "420px",
    maxHeight: "calc(100vh - 32px)",
    overflowY: "auto",
  },
  // One of both scrolls: what is asked, and never the buttons below it.
  body: {
    maxHeight: "calc(100vh - 96px)",
  },
});
