import { makeStyles } from "@fluentui/react-components";
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";

import { useAct } from "../host/HostContext";
import type { UiRecent } from "../ipc/bindings";
import { useMinute } from "../shared/clock";
import { useWords } from "../words/words";
import { RecentRow } from "./RecentRow";

interface RecentListProps {
  recents: readonly UiRecent[];
  id: string;
  onCall: (recent: UiRecent) => void;
  /** The last row is gone, and the keyboard was on it. */
  onFocusLost: () => void;
}

/** Calls that are over, one a row. Tab leads into the list, arrows through it, Delete removes a row. */
export function RecentList({ recents, id, onCall, onFocusLost }: RecentListProps) {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  const list = useRef<HTMLUListElement>(null);
  const focused = useRef<number | null>(null);
  const [current, setCurrent] = useState(0);
  const nowUnixMs = useMinute();
  const at = Math.min(current, recents.length - 1);

  const rowButton = (index: number) => list.current?.children.item(index)?.querySelector("button") ?? null;
  const remove = (recent: UiRecent) => act({ do: "forget", recent: recent.id });

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
    if (aim !== undefined) {
      event.preventDefault();
      rowButton(Math.max(0, Math.min(aim, recents.length - 1)))?.focus();
    } else if (event.key === "Delete" && recent !== undefined) {
      event.preventDefault();
      remove(recent);
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
          onCall={onCall}
          onRemove={remove}
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
