import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Dismiss16Regular } from "@fluentui/react-icons/svg/dismiss";
import { memo, useId } from "react";

import type { UiRecent } from "../ipc/bindings";
import { focusRing } from "../shared/focusRing";
import { FoldSign } from "../shared/FoldSign";
import { useWords } from "../words/words";
import { isMissed } from "./missed";
import { OutcomeIcon, outcomeWords } from "./outcome";
import { RecentDetails } from "./RecentDetails";
import { when, whenInFull } from "./when";

interface RecentRowProps {
  recent: UiRecent;
  nowUnixMs: number;
  /** Tab leads here; arrows lead to the others. */
  tabbable: boolean;
  /** Its details are shown. */
  open: boolean;
  onOpen: (recent: UiRecent, open: boolean) => void;
  onCall: (recent: UiRecent) => void;
  onRemove: (recent: UiRecent) => void;
}

/** One call that is over. Pressed, it is called back. */
export const RecentRow = memo(function RecentRow(props: RecentRowProps) {
  const { recent, nowUnixMs, tabbable, open, onOpen, onCall, onRemove } = props;
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const id = useId();
  const { party, atUnixMs } = recent;
  const who = party.name ?? party.number;
  const tabIndex = tabbable ? 0 : -1;
  return (
    <li className={mergeClasses(styles.row, open && styles.open)} data-recent={recent.id}>
      <OutcomeIcon recent={recent} className={styles.icon} />
      <span className={styles.text}>
        <span className={mergeClasses(styles.who, isMissed(recent) && styles.missed)}>
          <bdi>{who}</bdi>
          {party.name !== null && (
            <span className={styles.number}>
              {" "}
              <bdi>{party.number}</bdi>
            </span>
          )}
        </span>
        <span id={`${id}-what`} className={styles.what}>
          {outcomeWords(words, recent)}
        </span>
      </span>
      <time id={`${id}-when`} className={styles.when} dateTime={new Date(atUnixMs).toISOString()}>
        {when(atUnixMs, nowUnixMs, words.locale)}
      </time>
      {/* Lies over the whole row. */}
      <button
        type="button"
        className={styles.call}
        tabIndex={tabIndex}
        aria-label={say("shared.callNamed", { who })}
        aria-describedby={`${id}-what ${id}-when`}
        title={say("recents.callTitle", { who, when: whenInFull(atUnixMs, words.locale) })}
        onClick={() => onCall(recent)}
      />
      <button
        type="button"
        className={styles.small}
        tabIndex={tabIndex}
        aria-label={say("recents.details", { who })}
        aria-expanded={open}
        aria-controls={open ? `${id}-details` : undefined}
        title={say("recents.detailsTitle")}
        data-later={open ? undefined : true}
        onClick={() => onOpen(recent, !open)}
      >
        <FoldSign open={open} />
      </button>
      <button
        type="button"
        className={styles.small}
        data-later
        tabIndex={tabIndex}
        aria-label={say("recents.remove", { who })}
        title={say("recents.removeTitle")}
        onClick={() => onRemove(recent)}
      >
        <Dismiss16Regular />
      </button>
      {open && <RecentDetails id={`${id}-details`} recent={recent} />}
    </li>
  );
});

const useStyles = makeStyles({
  row: {
    position: "relative",
    display: "flex",
    alignItems: "flex-start",
    columnGap: tokens.spacingHorizontalM,
    // What is far off is not drawn: there may be thousands of them.
    contentVisibility: "auto",
    containIntrinsicBlockSize: "auto 52px",
    paddingInlineStart: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusLarge,
    ":hover": { backgroundColor: tokens.colorNeutralBackground3 },
    // Shown to a pointer on the row and to the keyboard; always there for who finds it by name.
    "& > [data-later]": { opacity: 0 },
    ":hover > [data-later]": { opacity: 1 },
    ":focus-within > [data-later]": { opacity: 1 },
    "@media (hover: none)": { "& > [data-later]": { opacity: 1 } },
  },
  open: {
    flexWrap: "wrap",
  },
  call: {
    ...focusRing,
    position: "absolute",
    inset: 0,
    padding: 0,
    border: "none",
    borderRadius: tokens.borderRadiusLarge,
    background: "none",
    cursor: "pointer",
  },
  icon: {
    marginTop: tokens.spacingVerticalS,
  },
  text: {
    flexGrow: 1,
    flexBasis: "100px",
    minWidth: 0,
    paddingBlock: tokens.spacingVerticalS,
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
    marginTop: tokens.spacingVerticalS,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
  },
  small: {
    ...focusRing,
    // Above the button that lies over the row.
    position: "relative",
    display: "grid",
    placeItems: "center",
    alignSelf: "stretch",
    flexShrink: 0,
    width: "28px",
    minHeight: "32px",
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})`,
    border: "none",
    borderRadius: tokens.borderRadiusLarge,
    background: "none",
    color: tokens.colorNeutralForeground2,
    cursor: "pointer",
    ":hover": { color: tokens.colorNeutralForeground1 },
  },
});
