import { Button, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { People20Regular } from "@fluentui/react-icons/svg/people";
import type { ReactNode, RefObject } from "react";

import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { useWords } from "../words/words";

interface DrawerProps {
  button: RefObject<HTMLButtonElement | null>;
  open: boolean;
  /** A customer is in hand: the button says what it is good for now. */
  inCall: boolean;
  onOpen: () => void;
  /** The panel. */
  children: ReactNode;
}

/** In a narrow window: the experts below the call, so that nothing of the call moves when they are opened. */
export function Drawer({ button, open, inCall, onOpen, children }: DrawerProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  return open ? (
    <div className={styles.drawer}>{children}</div>
  ) : (
    <Tooltip content={withKeys(words, say("people.find"), "experts")} relationship="description">
      <Button
        ref={button}
        icon={<People20Regular />}
        className={styles.button}
        aria-expanded={false}
        aria-keyshortcuts={ariaShortcut("experts")}
        onClick={onOpen}
      >
        {say(inCall ? "people.expertsForCall" : "people.experts")}
      </Button>
    </Tooltip>
  );
}

const useStyles = makeStyles({
  button: {
    alignSelf: "flex-start",
  },
  drawer: {
    display: "flex",
    flexDirection: "column",
    boxSizing: "border-box",
    height: "min(70vh, 560px)",
    minHeight: "320px",
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground2,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});
