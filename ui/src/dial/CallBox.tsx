import { Button, Input, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Call20Filled } from "@fluentui/react-icons/svg/call";
import { Dismiss16Regular } from "@fluentui/react-icons/svg/dismiss";
import { Search20Regular } from "@fluentui/react-icons/svg/search";
import { useId, useMemo, useState, type KeyboardEvent, type RefObject } from "react";

import { asUiError, type Host } from "../host/host";
import { useAct } from "../host/HostContext";
import type { UiRecent } from "../ipc/bindings";
import { ariaShortcut, shortcutLabel } from "../shared/shortcuts";
import { useSettled } from "../shared/settled";
import { isName, matches } from "./matches";
import { Suggestions } from "./Suggestions";
import { useReading } from "./useReading";
import { CANNOT_CALL, readingWords } from "./words";

interface CallBoxProps {
  host: Host;
  /** Whether a call can go out now. */
  reachable: boolean;
  recents: readonly UiRecent[];
  /** A call rings: nothing may lie over it. */
  ringing: boolean;
  /** Where the keyboard goes for a number. */
  field: RefObject<HTMLInputElement | null>;
}

/**
 * A number to type or somebody to find among recent calls, and call. Below it stands how the number is
 * read, or what is wrong with it.
 */
export function CallBox({ host, reachable, recents, ringing, field }: CallBoxProps) {
  const styles = useStyles();
  const { fail } = useAct();
  const id = useId();
  const [text, setText] = useState("");
  const [fault, setFault] = useState<string | null>(null);
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
      ? text.trim() !== "" && !reachable
        ? CANNOT_CALL
        : reading === null
          ? null
          : readingWords(reading.number, found.length)
      : `Enter calls ${[selection.party.name, selection.party.number].filter((part) => part !== null).join(", ")}`;
  const spoken = useSettled(
    line ?? (listed.length === 0 ? "" : `${listed.length} recent ${listed.length === 1 ? "call matches" : "calls match"}.`),
    SPOKEN_AFTER_MS,
  );

  const type = (value: string) => {
    setText(value);
    setFault(null);
    setChosen(null);
    setOpen(value.trim() !== "");
  };
  const call = async (to: string) => {
    setOpen(false);
    if (!reachable) {
      setFault(CANNOT_CALL);
      return;
    }
    try {
      await host.act({ do: "dial", to });
      setText((now) => (now === text ? "" : now));
      setChosen(null);
    } catch (thrown) {
      const error = asUiError(thrown);
      if (error.code === "badNumber") {
        setFault(error.message);
      } else {
        fail(error);
      }
    }
  };
  const submit = () => void call(selection?.party.address ?? text);

  const onKeyDown = (event: KeyboardEvent) => {
    // What belongs to an input method is not ours.
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    switch (event.key) {
      case "Enter":
        submit();
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
          setOpen(false);
          setChosen(null);
        } else {
          type("");
        }
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <div className={styles.box} role="search" aria-label="Make a call">
      <div className={styles.row}>
        <div className={styles.place}>
            <Input
              ref={field}
              size="large"
              className={styles.field}
              contentBefore={<Search20Regular aria-hidden />}
              contentAfter={
                text === "" ? (
                  <kbd aria-hidden className={styles.key}>
                    {shortcutLabel("number")}
                  </kbd>
                ) : (
                  <Button
                    appearance="transparent"
                    size="small"
                    icon={<Dismiss16Regular />}
                    aria-label="Empty the field"
                    // Escape does the same: one stop of Tab less.
                    tabIndex={-1}
                    onClick={() => {
                      type("");
                      field.current?.focus();
                    }}
                  />
                )
              }
              autoComplete="off"
              spellCheck={false}
              role="combobox"
              aria-label="Number to call"
              aria-autocomplete="list"
              aria-expanded={listed.length > 0}
              aria-controls={`${id}-list`}
              aria-activedescendant={selection === undefined ? undefined : `${id}-list-${selection.id}`}
              aria-describedby={`${id}-line`}
              aria-invalid={fault !== null}
              aria-keyshortcuts={ariaShortcut("number")}
              placeholder="Name or number"
              value={text}
              onChange={(_, { value }) => type(value)}
              onKeyDown={onKeyDown}
              onBlur={() => {
                setOpen(false);
                setChosen(null);
              }}
            />
          <Suggestions
            id={`${id}-list`}
            people={listed}
            selected={selection}
            onPick={({ party }) => void call(party.address)}
          />
        </div>
        <Button
          appearance={reachable ? "primary" : "secondary"}
          size="large"
          icon={<Call20Filled />}
          className={styles.call}
          aria-describedby={reachable ? undefined : `${id}-line`}
          onClick={submit}
        >
          Call
        </Button>
      </div>
      {/* Its room is kept, so that nothing below moves while somebody types. */}
      <p id={`${id}-line`} className={mergeClasses(styles.line, fault !== null && styles.fault)}>
        {fault === null ? line : <span role="alert">{fault}</span>}
      </p>
      <p role="status" className={styles.spoken}>
        {spoken}
      </p>
    </div>
  );
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
  box: {
    position: "relative",
    // The line below has its room already.
    marginBottom: "-8px",
  },
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
  },
  key: {
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
    color: tokens.colorNeutralForeground3,
    "@media (max-width: 359px)": { display: "none" },
  },
  call: {
    minWidth: 0,
    flexShrink: 0,
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
