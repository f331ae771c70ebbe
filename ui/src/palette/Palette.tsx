import { Input, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Search20Regular } from "@fluentui/react-icons/svg/search";
import { useContext, useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";

import type { UiSnapshot } from "../ipc/bindings";
import { pressWay, useBringIn } from "../people/bringIn";
import { ExpertsContext, usePeople } from "../people/experts";
import { inHand } from "../people/words";
import { LONGEST_SEARCH } from "../shared/limits";
import { OffersContext, useListed } from "../shared/offers";
import { useSettled } from "../shared/settled";
import { useWords } from "../words/words";
import { entries, type Entry } from "./entries";
import { PaletteLine } from "./PaletteLine";

interface PaletteProps extends Pick<UiSnapshot, "calls" | "transfers"> {
  onClose: () => void;
}

/**
 * Whatever can be done now, found by typing what it is called. The keyboard stays in the field, which names
 * the line that Enter does; it goes back to where it was before anything is done.
 */
export function Palette({ calls, transfers, onClose }: PaletteProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [before] = useState(() => document.activeElement);
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const offers = useContext(OffersContext);
  const experts = useContext(ExpertsContext);
  const listed = useListed();
  const people = usePeople();
  const hand = inHand(words, people, { calls, transfers });
  const bringIn = useBringIn(hand);
  const found = entries(words, text, listed, people, hand);
  const selected = found.find(({ key }) => key === chosen) ?? found[0];

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (experts === null) {
      return undefined;
    }
    const stop = experts.look();
    // The panel may have looked for somebody: it finds that again.
    const earlier = experts.searched;
    return () => {
      experts.search(earlier);
      stop();
    };
  }, [experts]);
  const optionId = (key: string) => `${id}-${key}`;
  const selectedId = selected === undefined ? undefined : optionId(selected.key);
  useEffect(() => {
    const option = selectedId === undefined ? null : document.getElementById(selectedId);
    const list = option?.parentElement;
    if (option !== null && list !== null && list !== undefined) {
      const below = option.offsetTop + option.offsetHeight - list.clientHeight;
      list.scrollTop = Math.max(below, Math.min(list.scrollTop, option.offsetTop));
    }
  }, [selectedId]);
  const spoken = useSettled(say("palette.found", { count: found.length }), SPOKEN_AFTER_MS);

  const type = (value: string) => {
    setText(value);
    setChosen(null);
    experts?.search(value.trim());
  };
  const leave = () => {
    flushSync(onClose);
    if (before instanceof HTMLElement) {
      before.focus();
    }
  };
  const choose = ({ possible, does }: Entry) => {
    if (!possible) {
      return;
    }
    leave();
    if ("person" in does) {
      bringIn(does.person, pressWay(hand));
    } else {
      offers.run(does.action.name, does.action.index);
    }
  };
  const step = (by: 1 | -1) => {
    const at = selected === undefined ? -1 : found.indexOf(selected);
    setChosen(found.at((at + by) % found.length)?.key ?? null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    switch (event.key) {
      case "ArrowDown":
        step(1);
        break;
      case "ArrowUp":
        step(-1);
        break;
      case "Enter":
        if (selected !== undefined) {
          choose(selected);
        }
        break;
      case "Escape":
        leave();
        break;
      // There is nothing else in here to go to.
      case "Tab":
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <div
      role="presentation"
      className={styles.scrim}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) {
          event.preventDefault();
          leave();
        }
      }}
    >
      <div role="dialog" aria-modal="true" aria-label={say("palette.title")} className={styles.sheet}>
        <Input
          ref={field}
          size="large"
          className={styles.field}
          contentBefore={<Search20Regular aria-hidden />}
          autoComplete="off"
          spellCheck={false}
          role="combobox"
          aria-label={say("palette.field")}
          maxLength={LONGEST_SEARCH}
          aria-autocomplete="list"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={selectedId}
          placeholder={say("palette.placeholder")}
          value={text}
          onChange={(_, { value }) => type(value)}
          onKeyDown={onKeyDown}
          // Keys that were meant for the window behind have taken the keyboard there.
          onBlur={({ relatedTarget }) => {
            if (relatedTarget !== null) {
              onClose();
            }
          }}
        />
        <div id={`${id}-list`} role="listbox" aria-label={say("palette.title")} className={mergeClasses(styles.list, found.length === 0 && styles.empty)}>
          {found.map((entry) => (
            <PaletteLine key={entry.key} id={optionId(entry.key)} entry={entry} selected={entry === selected} onPick={() => choose(entry)} />
          ))}
        </div>
        {found.length === 0 && <p className={styles.nothing}>{say("palette.nothing")}</p>}
        <p role="status" className={styles.spoken}>
          {spoken}
        </p>
      </div>
    </div>
  );
}

/** A reader says what was typed first. */
const SPOKEN_AFTER_MS = 700;

const useStyles = makeStyles({
  scrim: {
    position: "fixed",
    inset: 0,
    zIndex: 10,
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorBackgroundOverlay,
  },
  sheet: {
    display: "flex",
    flexDirection: "column",
    boxSizing: "border-box",
    width: "100%",
    maxWidth: "520px",
    maxHeight: "min(520px, 100%)",
    padding: tokens.spacingHorizontalS,
    gap: tokens.spacingVerticalS,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow64,
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  field: {
    width: "100%",
    minWidth: 0,
    flexShrink: 0,
  },
  list: {
    // What is in it is placed by it, for it to be scrolled to.
    position: "relative",
    minHeight: 0,
    overflowY: "auto",
  },
  // A list of nothing is none.
  empty: {
    display: "none",
  },
  nothing: {
    margin: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground2,
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
