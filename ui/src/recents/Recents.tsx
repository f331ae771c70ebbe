import { Button, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { useId, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { useAct } from "../host/HostContext";
import type { UiRecent } from "../ipc/bindings";
import { focusRing } from "../shared/focusRing";
import { FoldSign } from "../shared/FoldSign";
import { useOffers } from "../shared/offers";
import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { useWords } from "../words/words";
import { ForgetDialog } from "./ForgetDialog";
import { RecentList } from "./RecentList";

interface RecentsProps {
  recents: readonly UiRecent[];
  /** Whether a call can go out now. */
  reachable: boolean;
  /** A call needs the room: the list is folded unless the agent wants it. */
  folded: boolean;
  /** A call rings: nothing may lie over it. */
  ringing: boolean;
  /** A tab names the list already: there is nothing to fold. */
  tabbed?: boolean;
  /** Where the keyboard goes when there is nothing left to be on. */
  onFocusLost: () => void;
}

/** The agent's calls that are over, to look back on and to call back. */
export function Recents({ recents, reachable, folded, ringing, tabbed, onFocusLost }: RecentsProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act, fail } = useAct();
  const listId = useId();
  const section = useRef<HTMLElement>(null);
  const [choice, setChoice] = useState<{ folded: boolean; open: boolean } | null>(null);
  const [asking, setAsking] = useState(false);
  // What the agent chose during a call says nothing about the time without one.
  const open = tabbed === true || (choice?.folded === folded ? choice.open : !folded);
  const fold = (wanted: boolean) => setChoice({ folded, open: wanted });

  // The question goes for good when a call rings: it must not come back after it.
  if (asking && ringing) {
    setAsking(false);
  }

  useOffers({
    recents: () => {
      flushSync(() => fold(true));
      section.current?.querySelector<HTMLElement>("[data-recent] > button[tabindex='0']")?.focus();
    },
    ...(recents.length > 0 ? { clearRecents: () => setAsking(true) } : {}),
  });

  const call = (recent: UiRecent) => {
    if (recent.party.address === "") {
      fail({ code: "notPossible", message: say("recents.withheld") });
    } else if (reachable) {
      act({ do: "dial", to: recent.party.address });
    } else {
      fail({ code: "notPossible", message: say("dial.cannotCall") });
    }
  };

  return (
    <section ref={section} className={styles.section} aria-labelledby={`${listId}-heading`}>
      <div className={styles.head}>
        <h2 id={`${listId}-heading`} className={styles.heading}>
          {tabbed === true ? (
            <span className={styles.unseen}>{say("recents.title")}</span>
          ) : (
            <Tooltip content={withKeys(words, say("recents.title"), "recents")} relationship="description">
              <button
                type="button"
                className={styles.fold}
                aria-expanded={open}
                aria-controls={open ? listId : undefined}
                aria-keyshortcuts={ariaShortcut("recents")}
                onClick={() => fold(!open)}
              >
                <FoldSign open={open} />
                {say("recents.title")}
              </button>
            </Tooltip>
          )}
        </h2>
        {open && recents.length > 0 && (
          <Button appearance="transparent" size="small" className={styles.clear} onClick={() => setAsking(true)}>
            {say("recents.clearAll")}
          </Button>
        )}
      </div>
      {recents.length === 0 && <p className={styles.none}>{say("recents.none")}</p>}
      {open && recents.length > 0 && <RecentList recents={recents} id={listId} onCall={call} onFocusLost={onFocusLost} />}
      <ForgetDialog
        open={asking}
        count={recents.length}
        onClose={(forget) => {
          setAsking(false);
          if (forget) {
            act({ do: "forget", recent: null });
          }
        }}
      />
    </section>
  );
}

const useStyles = makeStyles({
  section: {
    minWidth: 0,
  },
  head: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    justifyContent: "space-between",
    minHeight: "32px",
  },
  heading: {
    margin: 0,
  },
  fold: {
    ...focusRing,
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    border: "none",
    borderRadius: tokens.borderRadiusMedium,
    background: "none",
    color: tokens.colorNeutralForeground2,
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
    cursor: "pointer",
    ":hover": { color: tokens.colorNeutralForeground1 },
  },
  unseen: {
    position: "absolute",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
  },
  none: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
  },
  clear: {
    minWidth: 0,
    fontWeight: tokens.fontWeightRegular,
    color: tokens.colorNeutralForeground2,
  },
});
