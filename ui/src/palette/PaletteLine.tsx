import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";

import type { Entry } from "./entries";

interface PaletteLineProps {
  id: string;
  entry: Entry;
  /** The one that Enter does. */
  selected: boolean;
  onPick: () => void;
}

/** Something that can be done, with its keys; or that cannot be now, and why. */
export function PaletteLine({ id, entry: { what, more, keys, possible }, selected, onPick }: PaletteLineProps) {
  const styles = useStyles();
  return (
    // The keys are those of the combobox.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      // The field keeps the keyboard and names the option by `aria-activedescendant`.
      tabIndex={-1}
      aria-selected={selected}
      aria-disabled={possible ? undefined : true}
      className={mergeClasses(styles.line, selected && styles.selected, !possible && styles.impossible)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onPick}
    >
      <span className={styles.text}>
        <span className={styles.what}>{what}</span>
        {more !== null && <span className={styles.more}>{more}</span>}
      </span>
      {keys !== null && (
        <kbd dir="ltr" className={styles.keys}>
          {keys}
        </kbd>
      )}
    </div>
  );
}

const useStyles = makeStyles({
  line: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalM,
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
  // Grey, and still to be read: the reason below says more than the colour.
  impossible: {
    cursor: "default",
    color: tokens.colorNeutralForeground3,
    "@media (forced-colors: active)": { color: "GrayText" },
  },
  text: {
    flexGrow: 1,
    flexBasis: "160px",
    minWidth: 0,
    overflowWrap: "anywhere",
  },
  what: {
    display: "block",
  },
  more: {
    display: "block",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground3,
    "@media (forced-colors: active)": { color: "inherit" },
  },
  keys: {
    flexShrink: 0,
    marginInlineStart: "auto",
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
    color: tokens.colorNeutralForeground3,
    "@media (forced-colors: active)": { color: "inherit" },
  },
});
