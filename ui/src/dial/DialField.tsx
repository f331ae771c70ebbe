import { Button, Input, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Dismiss16Regular } from "@fluentui/react-icons/svg/dismiss";
import { Search20Regular } from "@fluentui/react-icons/svg/search";
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";

import type { UiParty, UiRecent } from "../ipc/bindings";
import type { Shortcut } from "../shared/actions";
import { LONGEST_NUMBER } from "../shared/limits";
import { useSettled } from "../shared/settled";
import { ariaShortcut, shortcutLabel } from "../shared/shortcuts";
import { useWords, type Words } from "../words/words";
import { useDialling } from "./DialContext";
import { isName, matches } from "./matches";
import { Suggestions } from "./Suggestions";
import { useReading } from "./useReading";
import { readingWords } from "./words";

interface DialFieldProps {
  field: RefObject<HTMLInputElement | null>;
  label: string;
  shortcut?: Shortcut;
  text: string;
  onText: (text: string) => void;
  /** What stands below instead of how the text is read. */
  known: string | null;
  /** What is wrong with it, as the host says it in English. */
  fault: string | null;
  /** What Enter does with this person. */
  enterWords: (who: string) => string;
  /** Enter, with the person who is selected, if one is. */
  onEnter: (selection: UiRecent | undefined) => void;
  onPick: (person: UiRecent) => void;
  /** Escape, with nothing left to close or to empty. */
  onLeave?: () => void;
  /** The id of the line below, for what is described by it. */
  lineId: string;
  /** What stands beside it. */
  children?: ReactNode;
}

/**
 * A number to type or somebody to find among recent calls. Below it stands how the number is read, or
 * what is wrong with it.
 */
export function DialField(props: DialFieldProps) {
  const { field, label, shortcut, text, onText, known, fault, enterWords, onEnter, onPick, onLeave, lineId, children } = props;
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { host, recents, ringing } = useDialling();
  const id = useId();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);

  const reading = useReading(host, text);
  const found = useMemo(() => matches(recents, text), [recents, text]);
  const listed = open && !ringing ? found : NOBODY;
  const name = reading?.current === true ? reading.number.kind === "nothing" : isName(text);
  // A name by itself cannot be called, so the first who bears it is proposed, for everybody to see.
  const selected = chosen ?? (name && text.trim() !== "" ? 0 : null);
  const selection = selected === null ? undefined : listed[selected];

  const line =
    selection === undefined
      ? (known ?? (reading === null ? null : readingWords(words, reading.number, found.length)))
      : enterWords(partyLine(words, selection.party));
  const spoken = useSettled(
    line ?? (listed.length === 0 ? "" : say("dial.matching", { count: listed.length })),
    SPOKEN_AFTER_MS,
  );

  const type = (value: string) => {
    onText(value);
    setChosen(null);
    setOpen(value.trim() !== "");
  };
  const close = () => {
    setOpen(false);
    setChosen(null);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // What belongs to an input method is not ours.
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    switch (event.key) {
      case "Enter":
        close();
        onEnter(selection);
        break;
      case "ArrowDown":
      case "ArrowUp":
        if (found.length === 0 || ringing) {
          return;
        }
        setOpen(true);
        setChosen(step(listed.length === 0 ? null : selected, event.key === "ArrowDown" ? 1 : -1, found.length));
        break;
      case "Escape":
        if (listed.length > 0) {
          close();
        } else if (text !== "" || onLeave === undefined) {
          type("");
        } else {
          onLeave();
        }
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <>
      <div className={styles.row}>
        <div className={styles.place}>
          <Input
            ref={field}
            size="large"
            className={styles.field}
            contentBefore={<Search20Regular aria-hidden />}
            contentAfter={
              text !== "" ? (
                <Button
                  appearance="transparent"
                  size="small"
                  icon={<Dismiss16Regular />}
                  aria-label={say("dial.empty")}
                  // Escape does the same: one stop of Tab less.
                  tabIndex={-1}
                  onClick={() => {
                    type("");
                    field.current?.focus();
                  }}
                />
              ) : shortcut === undefined ? null : (
                <kbd aria-hidden dir="ltr" className={styles.key}>
                  {shortcutLabel(words, shortcut)}
                </kbd>
              )
            }
            autoComplete="off"
            spellCheck={false}
            role="combobox"
            aria-label={label}
            maxLength={LONGEST_NUMBER}
            aria-autocomplete="list"
            aria-expanded={listed.length > 0}
            aria-controls={`${id}-list`}
            aria-activedescendant={selection === undefined ? undefined : `${id}-list-${selection.id}`}
            aria-describedby={lineId}
            aria-invalid={fault !== null}
            aria-keyshortcuts={shortcut === undefined ? undefined : ariaShortcut(shortcut)}
            placeholder={say("dial.placeholder")}
            value={text}
            onChange={(_, { value }) => type(value)}
            onKeyDown={onKeyDown}
            onBlur={close}
          />
          <Suggestions
            id={`${id}-list`}
            people={listed}
            selected={selection}
            onPick={(person) => {
              close();
              onPick(person);
            }}
          />
        </div>
        {children}
      </div>
      {/* Its room is kept, so that nothing below moves while somebody types. */}
      <p id={lineId} className={mergeClasses(styles.line, fault !== null && styles.fault)}>
        {fault === null ? line : <span role="alert" lang="en">{fault}</span>}
      </p>
      <p role="status" className={styles.spoken}>
        {spoken}
      </p>
    </>
  );
}

function partyLine({ say }: Words, { name, number }: UiParty): string {
  return name === null ? number : say("dial.person", { name, number });
}

/** One down or up; past either end lies what was typed. */
function step(from: number | null, by: 1 | -1, count: number): number | null {
  const to = from === null ? (by === 1 ? 0 : count - 1) : from + by;
  return to < 0 || to >= count ? null : to;
}

const NOBODY: readonly UiRecent[] = [];

/** A reader says what was typed first. */
const SPOKEN_AFTER_MS = 700;

const useStyles = makeStyles({
  row: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "flex-start",
    gap: tokens.spacingHorizontalS,
  },
  place: {
    position: "relative",
    flexGrow: 1,
    flexBasis: "160px",
    minWidth: 0,
  },
  field: {
    width: "100%",
    minWidth: 0,
    "& input": { textOverflow: "ellipsis" },
  },
  key: {
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
    color: tokens.colorNeutralForeground3,
    "@media (max-width: 359px)": { display: "none" },
  },
  line: {
    margin: `2px ${tokens.spacingHorizontalM} 0`,
    minHeight: tokens.lineHeightBase200,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  fault: {
    color: tokens.colorStatusDangerForeground1,
  },
  spoken: {
    position: "absolute",
    width: "1px",
    height: "1px",
    margin: 0,
    overflow: "hidden",
    clipPath: "inset(50%)",
    whiteSpace: "nowrap",
  },
});
