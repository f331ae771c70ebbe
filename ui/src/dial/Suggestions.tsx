import { Avatar, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";

import type { UiRecent } from "../ipc/bindings";
import { useMinute } from "../shared/clock";
import { when } from "../recents/when";
import { useWords } from "../words/words";

interface SuggestionsProps {
  id: string;
  people: readonly UiRecent[];
  /** The one that Enter calls. */
  selected: UiRecent | undefined;
  onPick: (recent: UiRecent) => void;
}

/** Who of the recent calls may be meant: the list of the combobox, which keeps the keyboard itself. */
export function Suggestions({ id, people, selected, onPick }: SuggestionsProps) {
  const styles = useStyles();
  const words = useWords();
  const now = useMinute(people.length > 0);
  return (
    <div className={mergeClasses(styles.sheet, people.length === 0 && styles.closed)}>
      <div id={id} role="listbox" aria-label={words.say("dial.suggestions")} className={styles.list}>
        {people.map((recent) => {
          const { name, number } = recent.party;
          return (
            // The keys are those of the combobox.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={recent.id}
              id={`${id}-${recent.id}`}
              role="option"
              // The field keeps the keyboard and names the option by `aria-activedescendant`.
              tabIndex={-1}
              aria-selected={recent === selected}
              className={mergeClasses(styles.option, recent === selected && styles.selected)}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onPick(recent)}
            >
              <Avatar name={name ?? ""} size={28} color="neutral" aria-hidden />
              <span className={styles.text}>
                <bdi className={styles.who}>{name ?? number}</bdi>
                {name !== null && <bdi className={styles.number}>{number}</bdi>}
              </span>
              <span className={styles.when}>{when(recent.atUnixMs, now, words.locale)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

const useStyles = makeStyles({
  sheet: {
    position: "absolute",
    // Below the line that says how the number is read.
    insetBlockStart: "calc(100% + 22px)",
    insetInline: 0,
    zIndex: 3,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow16,
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  closed: {
    display: "none",
  },
  list: {
    margin: 0,
    padding: tokens.spacingVerticalXS,
    maxHeight: "50vh",
    overflowY: "auto",
  },
  option: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    cursor: "pointer",
    outlineStyle: "none",
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  selected: {
    backgroundColor: tokens.colorNeutralBackground1Hover,
    boxShadow: `inset 0 0 0 2px ${tokens.colorBrandStroke1}`,
    "@media (forced-colors: active)": { outline: "2px solid Highlight", outlineOffset: "-2px" },
  },
  text: {
    flexGrow: 1,
    minWidth: 0,
  },
  who: {
    display: "block",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    "@media (max-width: 299px)": { whiteSpace: "normal", overflowWrap: "anywhere" },
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  number: {
    display: "block",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  when: {
    flexShrink: 0,
    fontSize: tokens.fontSizeBase200,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
  },
});
