import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Dismiss16Regular } from "@fluentui/react-icons/svg/dismiss";
import { memo, useId } from "react";

import type { UiRecent } from "../ipc/bindings";
import { focusRing } from "../shared/focusRing";
import { OutcomeIcon, outcomeWords } from "./outcome";
import { when, whenInFull } from "./when";

interface RecentRowProps {
  recent: UiRecent;
  nowUnixMs: number;
  locale: string;
  /** Tab leads here; arrows lead to the others. */
  tabbable: boolean;
  onCall: (recent: UiRecent) => void;
  onRemove: (recent: UiRecent) => void;
}

/** One call that is over. Pressed, it is called back. */
export const RecentRow = memo(function RecentRow({ recent, nowUnixMs, locale, tabbable, onCall, onRemove }: RecentRowProps) {
  const styles = useStyles();
  const id = useId();
  const { party, outcome, atUnixMs } = recent;
  const who = party.name ?? party.number;
  const tabIndex = tabbable ? 0 : -1;
  return (
    <li className={styles.row} data-recent={recent.id}>
      <button
        type="button"
        className={styles.call}
        tabIndex={tabIndex}
        aria-label={`Call ${who}`}
        aria-describedby={`${id}-what ${id}-when`}
        onClick={() => onCall(recent)}
      >
        <OutcomeIcon recent={recent} />
        <span className={styles.text}>
          <span className={mergeClasses(styles.who, outcome === "missed" && styles.missed)}>
            {who}
            {party.name !== null && <span className={styles.number}> {party.number}</span>}
          </span>
          <span id={`${id}-what`} className={styles.what}>
            {outcomeWords(recent)}
          </span>
        </span>
        <time id={`${id}-when`} className={styles.when} dateTime={new Date(atUnixMs).toISOString()} title={whenInFull(atUnixMs, locale)}>
          {when(atUnixMs, nowUnixMs, locale)}
        </time>
      </button>
      <button
        type="button"
        className={styles.remove}
        tabIndex={tabIndex}
        aria-label={`Remove, ${who}`}
        title="Remove from the list"
        onClick={() => onRemove(recent)}
      >
        <Dismiss16Regular />
      </button>
    </li>
  );
});

const useStyles = makeStyles({
  row: {
    display: "flex",
    alignItems: "stretch",
    borderRadius: tokens.borderRadiusLarge,
    ":hover": { backgroundColor: tokens.colorNeutralBackground3 },
    // Shown to a pointer on the row and to the keyboard; always there for who finds it by name.
    "& > button:last-child": { opacity: 0 },
    ":hover > button:last-child": { opacity: 1 },
    ":focus-within > button:last-child": { opacity: 1 },
    "@media (hover: none)": { "& > button:last-child": { opacity: 1 } },
  },
  call: {
    ...focusRing,
    display: "flex",
    alignItems: "flex-start",
    flexGrow: 1,
    minWidth: 0,
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} 0 ${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    border: "none",
    borderRadius: tokens.borderRadiusLarge,
    background: "none",
    color: tokens.colorNeutralForeground1,
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    "@media (max-width: 299px)": { flexWrap: "wrap", gap: tokens.spacingHorizontalS },
  },
  text: {
    flexGrow: 1,
    flexBasis: "100px",
    minWidth: 0,
  },
  who: {
    display: "block",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    "@media (max-width: 299px)": { whiteSpace: "normal", overflowWrap: "anywhere" },
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  missed: {
    color: tokens.colorStatusDangerForeground1,
  },
  number: {
    fontWeight: tokens.fontWeightRegular,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
  },
  what: {
    display: "block",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  when: {
    flexShrink: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
  },
  remove: {
    ...focusRing,
    display: "grid",
    placeItems: "center",
    flexShrink: 0,
    width: "32px",
    border: "none",
    borderRadius: tokens.borderRadiusLarge,
    background: "none",
    color: tokens.colorNeutralForeground2,
    cursor: "pointer",
    ":hover": { color: tokens.colorNeutralForeground1 },
  },
});
