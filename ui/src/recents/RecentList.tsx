import { makeStyles } from "@fluentui/react-components";
import { useCallback, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";

import type { UiRecent } from "../ipc/bindings";
import { useMinute } from "../shared/clock";
import { useWords } from "../words/words";
import { RecentRow } from "./RecentRow";

interface RecentListProps {
  recents: readonly UiRecent[];
  id: string;
  /** Older ones can be had. */
  more: boolean;
  onMore: () => void;
  onRemove: (recent: UiRecent) => void;
  onCall: (recent: UiRecent) => void;
  /** The keyboard is to go on in the search. */
  onSearch: () => void;
  /** The last row is gone, and the keyboard was on it. */
  onFocusLost: () => void;
}

/**
 * Calls that are over, one a row. Tab leads into the list, arrows through it and up into the search; sideways
 * they show the details of a row and hide them, Delete removes it. Its end brings older calls.
 */
export function RecentList({ recents, id, more, onMore, onRemove, onCall, onSearch, onFocusLost }: RecentListProps) {
  const styles = useStyles();
  const { say, direction } = useWords();
  const list = useRef<HTMLUListElement>(null);
  const focused = useRef<number | null>(null);
  const [current, setCurrent] = useState(0);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const nowUnixMs = useMinute(recents.length > 0);
  const at = Math.min(current, recents.length - 1);

  const rowButton = (index: number) => list.current?.children.item(index)?.querySelector("button") ?? null;
  const open = useCallback(({ id: call }: UiRecent, wanted: boolean) => {
    setOpened((before) => {
      const after = new Set(before);
      if (wanted) {
        after.add(call);
      } else {
        after.delete(call);
      }
      return after;
    });
  }, []);

  // The row under the keyboard was removed: the next one takes its place.
  useLayoutEffect(() => {
    if (focused.current !== null && document.activeElement === document.body) {
      const next = rowButton(Math.min(focused.current, recents.length - 1));
      if (next === null) {
        onFocusLost();
      } else {
        next.focus();
      }
    }
  }, [recents, onFocusLost]);

  const onKeyDown = (event: KeyboardEvent) => {
    const aim = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: recents.length - 1 }[event.key];
    const recent = recents[at];
    const [forth, back] = direction === "rtl" ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
    if (event.key === "ArrowUp" && at === 0) {
      event.preventDefault();
      onSearch();
    } else if (aim !== undefined) {
      event.preventDefault();
      if (aim >= recents.length && more) {
        onMore();
      }
      rowButton(Math.max(0, Math.min(aim, recents.length - 1)))?.focus();
    } else if (event.key === "Delete" && recent !== undefined) {
      event.preventDefault();
      onRemove(recent);
    } else if ((event.key === forth || event.key === back) && recent !== undefined) {
      event.preventDefault();
      open(recent, event.key === forth);
    }
  };

  return (
    // The keys are those of the buttons inside.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ul
      ref={list}
      id={id}
      className={styles.list}
      aria-label={say("recents.title")}
      onKeyDown={onKeyDown}
      onFocusCapture={({ target }) => {
        const row = target.closest("[data-recent]");
        const index = row === null ? -1 : Array.prototype.indexOf.call(list.current?.children ?? [], row);
        if (index >= 0) {
          focused.current = index;
          setCurrent(index);
        }
      }}
      onBlurCapture={({ relatedTarget }) => {
        if (relatedTarget !== null) {
          focused.current = null;
        }
      }}
    >
      {recents.map((recent, index) => (
        <RecentRow
          key={recent.id}
          recent={recent}
          nowUnixMs={nowUnixMs}
          tabbable={index === at}
          open={opened.has(recent.id)}
          onOpen={open}
          onCall={onCall}
          onRemove={onRemove}
        />
      ))}
    </ul>
  );
}

const useStyles = makeStyles({
  list: {
    display: "flex",
    flexDirection: "column",
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
});
