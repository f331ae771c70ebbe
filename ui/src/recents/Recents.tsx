import { Button, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { useCallback, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { useDialling } from "../dial/DialContext";
import { asUiError } from "../host/host";
import { useAct } from "../host/HostContext";
import type { UiFilter, UiRecent } from "../ipc/bindings";
import { focusRing } from "../shared/focusRing";
import { FoldSign } from "../shared/FoldSign";
import { useOffers } from "../shared/offers";
import { useSettled } from "../shared/settled";
import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { useWords, type Words } from "../words/words";
import { HistoryMenu } from "./HistoryMenu";
import { HistorySearch } from "./HistorySearch";
import { MoreCalls } from "./MoreCalls";
import { NothingFound } from "./NothingFound";
import { isSearch, usePages, type Listed } from "./pages";
import { RecentList } from "./RecentList";

interface RecentsProps {
  recents: readonly UiRecent[];
  /** Whether a call can go out now. */
  reachable: boolean;
  /** A call needs the room: the list is folded unless the agent wants it. */
  folded: boolean;
  /** A call rings, or something is asked: nothing may lie over it. */
  ringing: boolean;
  /** A tab names the list already: there is nothing to fold. */
  tabbed?: boolean;
  /** All calls are to be forgotten: ask first. */
  onClear: () => void;
  /** Where the keyboard goes when there is nothing left to be on. */
  onFocusLost: () => void;
}

/** The agent's calls that are over, to look back on, to look through, to call back and to save. */
export function Recents({ recents, reachable, folded, ringing, tabbed, onClear, onFocusLost }: RecentsProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act, fail } = useAct();
  const listId = useId();
  const section = useRef<HTMLElement>(null);
  const [choice, setChoice] = useState<{ folded: boolean; open: boolean } | null>(null);
  const { host } = useDialling();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [filter, setFilter] = useState<UiFilter>("all");
  const [saved, setSaved] = useState(false);
  const settled = useSettled(text.trim(), TYPED_MS);
  // An emptied field shows all calls at once.
  const search = { text: text.trim() === "" ? "" : settled, filter };
  const onFault = (thrown: unknown) => fail(asUiError(words, thrown));
  const listed = usePages(host, recents, search, onFault);
  // What the agent chose during a call says nothing about the time without one.
  const open = tabbed === true || (choice?.folded === folded ? choice.open : !folded);
  const fold = (wanted: boolean) => setChoice({ folded, open: wanted });

  useOffers({
    recents: () => {
      flushSync(() => fold(true));
      section.current?.querySelector<HTMLElement>("[data-recent] > button[tabindex='0']")?.focus();
    },
  });

  // The same for as long as it can be: no row is drawn anew while somebody types.
  const call = useCallback(
    ({ party }: UiRecent) => {
      if (party.address === "") {
        fail({ code: "notPossible", message: say("recents.withheld") });
      } else if (reachable) {
        act({ do: "dial", to: party.address });
      } else {
        fail({ code: "notPossible", message: say("dial.cannotCall") });
      }
    },
    [reachable, act, fail, say],
  );

  const { drop } = listed;
  const remove = useCallback(
    ({ id }: UiRecent) => {
      // What is refused stays in the list.
      host.act({ do: "forget", recent: id }).then(
        () => drop(id),
        (thrown: unknown) => fail(asUiError(words, thrown)),
      );
    },
    [host, words, fail, drop],
  );
  const lookFor = (nextText: string, nextFilter: UiFilter) => {
    setText(nextText);
    setFilter(nextFilter);
    setSaved(false);
  };
  const save = () => {
    setSaved(false);
    host.exportCalls({ text: text.trim(), filter, after: null }).then(setSaved, onFault);
  };
  const toList = () => section.current?.querySelector<HTMLElement>("[data-recent] > button[tabindex='0']")?.focus();
  const shown = open && recents.length > 0;
  const nothing = isSearch(search) && !listed.pending && listed.calls.length === 0;

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
                aria-controls={shown && !nothing ? listId : undefined}
                aria-keyshortcuts={ariaShortcut("recents")}
                onClick={() => fold(!open)}
              >
                <FoldSign open={open} />
                {say("recents.title")}
              </button>
            </Tooltip>
          )}
        </h2>
        {shown && (
          <span className={styles.ways}>
            <Button appearance="transparent" size="small" className={styles.clear} onClick={onClear}>
              {say("recents.clearAll")}
            </Button>
            <HistoryMenu ringing={ringing} onExport={save} />
          </span>
        )}
      </div>
      {recents.length === 0 && <p className={styles.none}>{say("recents.none")}</p>}
      {shown && (
        <>
          <HistorySearch
            field={field}
            text={text}
            filter={filter}
            onText={(next) => lookFor(next, filter)}
            onFilter={(next) => lookFor(text, next)}
            onList={toList}
          />
          <p role="status" className={saved ? styles.none : styles.unseen}>
            {saved ? say("recents.exported") : foundWords(words, isSearch(search) && !listed.pending, listed)}
          </p>
          {nothing && (
            <NothingFound
              text={search.text}
              failure={listed.failed === null ? null : asUiError(words, listed.failed.thrown)}
              onAgain={listed.again}
              onShowAll={() => {
                lookFor("", "all");
                field.current?.focus();
              }}
            />
          )}
        </>
      )}
      {shown && !nothing && (
        <RecentList
          recents={listed.calls}
          id={listId}
          more={listed.more}
          onMore={listed.loadMore}
          onRemove={remove}
          onCall={call}
          onSearch={() => field.current?.focus()}
          onFocusLost={onFocusLost}
        />
      )}
      {shown && listed.more && !listed.pending && <MoreCalls after={listed.calls.length} onMore={listed.loadMore} />}
    </section>
  );
}

/** How many were found, for who does not see it. */
function foundWords({ say }: Words, searched: boolean, { calls, more }: Listed): string {
  if (!searched || calls.length === 0) {
    return "";
  }
  return more ? say("recents.foundMore", { count: calls.length }) : say("recents.found", { count: calls.length });
}

/** Whoever types on does not want what was typed so far. */
const TYPED_MS = 150;

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
  ways: {
    display: "flex",
    alignItems: "center",
  },
  clear: {
    minWidth: 0,
    fontWeight: tokens.fontWeightRegular,
    color: tokens.colorNeutralForeground2,
  },
});
