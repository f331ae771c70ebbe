import { makeStyles, Tab, TabList, tokens } from "@fluentui/react-components";
import { useId, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";

import { useOffers } from "../shared/offers";
import { ariaShortcut } from "../shared/shortcuts";
import { useWords } from "../words/words";

/** What stands beside the calls in a wide window. */
export type SideTab = "experts" | "recent";

interface SideProps {
  tab: SideTab;
  onTab: (tab: SideTab) => void;
  /** Pointer or keyboard came into the column, or left it. */
  onTouched: (touched: boolean) => void;
  experts: ReactNode;
  recents: ReactNode;
}

/** Experts and recent calls, one behind the other. */
export function Side({ tab, onTab, onTouched, experts, recents }: SideProps) {
  const styles = useStyles();
  const { say } = useWords();
  const id = useId();
  useOffers(
    tab === "recent"
      ? {}
      : {
          recents: () => {
            flushSync(() => onTab("recent"));
            document.getElementById(`${id}-panel`)?.querySelector<HTMLElement>("[data-recent] > button[tabindex='0']")?.focus();
          },
        },
  );
  return (
    <div
      className={styles.side}
      onPointerEnter={() => onTouched(true)}
      onPointerLeave={() => onTouched(false)}
      onFocusCapture={() => onTouched(true)}
      onBlurCapture={() => onTouched(false)}
    >
      <TabList
        size="small"
        selectedValue={tab}
        onTabSelect={(_, { value }) => onTab(value === "recent" ? "recent" : "experts")}
        aria-label={say("people.expertsAndRecents")}
      >
        <Tab value="experts" id={`${id}-experts`} aria-controls={`${id}-panel`} aria-keyshortcuts={ariaShortcut("experts")}>
          {say("people.experts")}
        </Tab>
        <Tab value="recent" id={`${id}-recent`} aria-controls={`${id}-panel`} aria-keyshortcuts={ariaShortcut("recents")}>
          {say("people.recent")}
        </Tab>
      </TabList>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${tab}`} className={styles.panel}>
        {tab === "experts" ? experts : recents}
      </div>
    </div>
  );
}

/**
 * Which of both is shown: the one the agent chose last, which is remembered. A call at hand brings the
 * experts forward until it is over, unless pointer or keyboard are there: nothing changes under them.
 */
export function useSideTab(inCall: boolean, first: SideTab) {
  const [chosen, setChosen] = useState<SideTab>(() => remembered() ?? first);
  const [offered, setOffered] = useState(inCall);
  const [seen, setSeen] = useState(inCall);
  const [touched, setTouched] = useState(false);
  if (inCall !== seen) {
    setSeen(inCall);
    if (!touched) {
      setOffered(inCall);
    }
  }
  const choose = (tab: SideTab) => {
    setChosen(tab);
    setOffered(false);
    remember(tab);
  };
  return { tab: offered ? ("experts" as const) : chosen, choose, setTouched };
}

const KEY = "side";

function remembered(): SideTab | null {
  try {
    const tab = localStorage.getItem(KEY);
    return tab === "experts" || tab === "recent" ? tab : null;
  } catch {
    // A web view without storage forgets.
    return null;
  }
}

function remember(tab: SideTab): void {
  try {
    localStorage.setItem(KEY, tab);
  } catch {
    // See above.
  }
}

const useStyles = makeStyles({
  side: {
    position: "sticky",
    top: tokens.spacingVerticalS,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    minWidth: 0,
    // Below the bar with the agent's name.
    height: "calc(100vh - 96px)",
    minHeight: "300px",
  },
  panel: {
    position: "relative",
    display: "flex",
    flexDirection: "column",
    flexGrow: 1,
    minHeight: 0,
    overflowY: "auto",
  },
});
