import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Dismiss16Regular } from "@fluentui/react-icons/svg/dismiss";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";

import { useAct } from "../host/HostContext";
import type { UiShortcut } from "../ipc/bindings";
import type { Shortcut } from "../shared/actions";
import { useWords } from "../words/words";
import { elseInWindow, keysOf, keysWords } from "./keys";
import { conflictWords, deedWords, elseWords } from "./words";

/**
 * Keys that work in every program, to be pressed. Nothing is taken down before the agent says so: until then keys
 * do what they do everywhere else, in a call too.
 */
export function KeysField({ shortcut: { deed, keys, conflict } }: { shortcut: UiShortcut }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act, quietly } = useAct();
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [waits, setWaits] = useState(false);
  /** What the keys that were pressed do in the window already. */
  const [refused, setRefused] = useState<Shortcut | undefined>(undefined);
  // What is pressed may be a shortcut already: it must not hang up on anybody.
  useEffect(() => {
    if (!waits) {
      return undefined;
    }
    quietly({ do: "recordKeys", on: true });
    return () => quietly({ do: "recordKeys", on: false });
  }, [waits, quietly]);
  const what = deedWords(words, deed);
  const shown = waits ? say("settings.keys.press") : keys === null ? say("settings.keys.none") : keysWords(words, keys);
  const rest = () => {
    setWaits(false);
    setRefused(undefined);
  };
  const set = (next: string | null) => {
    rest();
    if (next !== keys) {
      act({ do: "setShortcut", deed, keys: next });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, ctrlKey, altKey, metaKey, shiftKey } = event;
    const chord = ctrlKey || altKey || metaKey;
    const alone = !chord && !shiftKey;
    if (alone && (key === "Delete" || key === "Backspace")) {
      set(null);
    } else if (!waits || (key === "Tab" && !chord)) {
      return;
    } else if (alone && key === "Escape") {
      rest();
    } else if (!event.repeat) {
      const pressed = keysOf(event.nativeEvent);
      const other = pressed === null ? undefined : elseInWindow(pressed, deed);
      if (other !== undefined) {
        setRefused(other);
      } else if (pressed !== null) {
        set(pressed);
      }
    }
    // Neither the dialog nor the window is meant.
    event.preventDefault();
    event.stopPropagation();
  };
  const fault = waits ? refused : keys === null ? undefined : elseInWindow(keys, deed);
  const line =
    fault !== undefined && (waits || conflict === null)
      ? elseWords(words, fault)
      : waits
        ? say("settings.keys.pressHint", { delete: say("keys.delete") })
        : conflict === null
          ? ""
          : conflictWords(words, conflict);
  return (
    <div className={styles.field}>
      <span className={styles.what}>{what}</span>
      <Button
        ref={button}
        size="small"
        appearance={waits ? "primary" : "secondary"}
        aria-label={say("shared.labelled", { label: what, text: shown })}
        aria-describedby={`${id}-line`}
        onClick={() => setWaits(true)}
        onKeyDown={onKeyDown}
        onBlur={rest}
      >
        {waits || keys === null ? shown : <kbd dir="ltr" className={styles.keys}>{shown}</kbd>}
      </Button>
      {keys !== null && (
        <Button
          size="small"
          appearance="subtle"
          icon={<Dismiss16Regular />}
          aria-label={say("shared.named", { what: say("settings.keys.remove"), who: what })}
          onClick={() => {
            set(null);
            button.current?.focus();
          }}
        />
      )}
      <p id={`${id}-line`} role="status" className={mergeClasses(styles.line, (!waits || fault !== undefined) && styles.fault)}>
        {line}
      </p>
    </div>
  );
}

const useStyles = makeStyles({
  field: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalS,
    marginBottom: tokens.spacingVerticalXS,
  },
  what: {
    flexGrow: 1,
    flexBasis: "120px",
    minWidth: 0,
    overflowWrap: "anywhere",
  },
  keys: {
    fontFamily: "inherit",
  },
  line: {
    flexBasis: "100%",
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  fault: {
    color: tokens.colorStatusDangerForeground1,
  },
});
