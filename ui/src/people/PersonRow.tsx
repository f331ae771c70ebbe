import { Avatar, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Checkmark12Regular } from "@fluentui/react-icons/svg/checkmark";
import { MoreHorizontal20Regular } from "@fluentui/react-icons/svg/more-horizontal";
import { Star20Filled, Star20Regular } from "@fluentui/react-icons/svg/star";
import { Subtract12Regular } from "@fluentui/react-icons/svg/subtract";
import { memo, useId, type CSSProperties } from "react";

import type { UiPerson, UiReason } from "../ipc/bindings";
import { useSecondsSince } from "../shared/clock";
import { focusRing } from "../shared/focusRing";
import { useWords, type Words } from "../words/words";
import type { Place } from "./places";
import { favours, presenceWords, reasonWords } from "./presenceWords";
import { ageWords, badges, facts, pressWords, whyNot, type InHand } from "./words";

/** What can be asked for of somebody in the list. */
export interface RowActions {
  readonly onPress: (person: UiPerson) => void;
  readonly onStar: (person: UiPerson) => void;
  readonly onMore: (person: UiPerson, button: HTMLElement) => void;
}

interface PersonRowProps extends RowActions {
  person: UiPerson;
  place: Place;
  /** How many there are, where not all of them are in the page. */
  outOf?: number;
  hand: InHand;
  /** There is no presence in this cloud. */
  withoutPresence: boolean;
  /** Shown in full, with what speaks for and against them. */
  full: boolean;
  /** Tab leads here; arrows lead to the others. */
  tabbable: boolean;
  nowUnixMs: number;
  style?: CSSProperties;
}

/** Somebody who may help. Pressed, they are asked about the call in hand, or just called. */
export const PersonRow = memo(function PersonRow(props: PersonRowProps) {
  const { person, place, outOf, hand, withoutPresence, full, tabbable, nowUnixMs, style, onPress, onStar, onMore } = props;
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const id = useId();
  const { name, title, presence, asOfMs, favourite, photo, reasons } = person;
  const refused = whyNot(words, person, hand);
  const what = words.line(facts(words, person, hand.kind !== "nobody" && !full, nowUnixMs));
  const tabIndex = tabbable ? 0 : -1;
  const named = `${place.shelf}:${place.index}`;
  return (
    <li
      className={mergeClasses(styles.row, !full && styles.fixed)}
      style={style}
      data-place={named}
      aria-setsize={outOf}
      aria-posinset={outOf === undefined ? undefined : place.index + 1}
    >
      <Avatar
        name={name}
        size={36}
        color="colorful"
        className={styles.avatar}
        {...(photo === null ? {} : { image: { src: photo } })}
        {...(withoutPresence ? {} : { badge: { status: badges[presence], outOfOffice: presence === "outOfOffice" } })}
        aria-hidden
      />
      <span className={styles.text}>
        <span className={styles.top}>
          <span className={styles.name}>{name}</span>
          {title !== null && <span className={styles.title}>{title}</span>}
        </span>
        <span id={`${id}-presence`} className={styles.presence}>
          <span className={styles.line}>{presenceWords(words, person)}</span>
          {asOfMs !== null && (
            <span className={styles.age}>
              <Age asOfMs={asOfMs} />
            </span>
          )}
        </span>
        <span id={`${id}-facts`} className={mergeClasses(styles.line, full && styles.wraps)} title={full ? undefined : what}>
          {what}
        </span>
        {full && reasons.length > 0 && <Reasons id={`${id}-reasons`} reasons={reasons} />}
        {refused !== null && (
          <span id={`${id}-why`} hidden>
            {refused}
          </span>
        )}
      </span>
      {/* Lies over the whole row. */}
      <button
        type="button"
        className={mergeClasses(styles.press, refused !== null && styles.refused)}
        tabIndex={tabIndex}
        aria-label={pressWords(words, person, hand)}
        aria-describedby={`${id}-why ${id}-presence ${id}-facts ${id}-reasons`}
        aria-disabled={refused !== null}
        title={refused ?? pressTitle(words, person, hand)}
        onClick={() => refused === null && onPress(person)}
      />
      <button
        type="button"
        className={styles.small}
        data-later={favourite ? undefined : true}
        tabIndex={tabIndex}
        aria-label={say("people.favourite.named", { name })}
        aria-pressed={favourite}
        title={say(favourite ? "people.favourite.offKey" : "people.favourite.addKey")}
        onClick={() => onStar(person)}
      >
        {favourite ? <Star20Filled className={styles.star} /> : <Star20Regular />}
      </button>
      <button
        type="button"
        className={styles.small}
        data-later
        tabIndex={tabIndex}
        aria-label={say("people.more", { name })}
        aria-haspopup="menu"
        title={say("people.moreTitle")}
        onClick={({ currentTarget }) => onMore(person, currentTarget)}
      >
        <MoreHorizontal20Regular />
      </button>
    </li>
  );
});

/** Somebody who is not there yet: the list knows their place only. */
export function AbsentRow({ place, outOf, tabbable, style }: { place: Place; outOf: number; tabbable: boolean; style: CSSProperties }) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    <li
      className={mergeClasses(styles.row, styles.fixed)}
      style={style}
      data-place={`${place.shelf}:${place.index}`}
      aria-setsize={outOf}
      aria-posinset={place.index + 1}
    >
      <span className={styles.blankFace} />
      <span className={styles.text}>
        <span className={styles.blank} />
        <span className={mergeClasses(styles.blank, styles.blankShort)} />
      </span>
      <button type="button" className={styles.press} tabIndex={tabbable ? 0 : -1} aria-label={say("people.loading")} aria-disabled />
    </li>
  );
}

/** The height of a row that is not shown in full. */
export const ROW_HEIGHT = 72;

/** How old what is shown is; it counts by itself. */
export function Age({ asOfMs }: { asOfMs: number }) {
  return ` · ${ageWords(useWords(), useSecondsSince(asOfMs))}`;
}

function Reasons({ id, reasons }: { id: string; reasons: readonly UiReason[] }) {
  const styles = useStyles();
  const words = useWords();
  return (
    <span id={id} className={styles.reasons}>
      {reasons.map((reason) => (
        <span key={reasonWords(words, reason)} className={mergeClasses(styles.reason, favours(reason) && styles.favours)}>
          {favours(reason) ? <Checkmark12Regular aria-hidden /> : <Subtract12Regular aria-hidden />}
          {reasonWords(words, reason)}
        </span>
      ))}
    </span>
  );
}

function pressTitle({ say }: Words, { name, number }: UiPerson, hand: InHand): string {
  return hand.kind === "customer"
    ? say("people.askTitle", { name, who: hand.who })
    : say("people.callTitle", { name, number: number ?? "" });
}

const useStyles = makeStyles({
  row: {
    position: "relative",
    display: "flex",
    alignItems: "flex-start",
    boxSizing: "border-box",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusLarge,
    ":hover": { backgroundColor: tokens.colorNeutralBackground3 },
    // Shown to a pointer on the row and to the keyboard; always there for who finds it by name.
    "& > [data-later]": { opacity: 0 },
    ":hover > [data-later]": { opacity: 1 },
    ":focus-within > [data-later]": { opacity: 1 },
    "@media (hover: none)": { "& > [data-later]": { opacity: 1 } },
  },
  fixed: {
    height: `${ROW_HEIGHT}px`,
    overflow: "hidden",
  },
  avatar: {
    flexShrink: 0,
    // Large letters in a small window: the words come first.
    "@media (max-width: 299px)": { display: "none" },
  },
  text: {
    flexGrow: 1,
    flexBasis: "100px",
    minWidth: 0,
  },
  top: {
    display: "flex",
    alignItems: "baseline",
    gap: tokens.spacingHorizontalS,
    minWidth: 0,
  },
  name: {
    flexShrink: 0,
    maxWidth: "100%",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  title: {
    flexGrow: 1,
    flexBasis: 0,
    minWidth: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
  },
  line: {
    display: "block",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
  },
  presence: {
    display: "flex",
    minWidth: 0,
  },
  age: {
    flexShrink: 0,
    whiteSpace: "pre",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
  },
  wraps: {
    whiteSpace: "normal",
    overflowWrap: "anywhere",
  },
  reasons: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalXS,
    marginTop: tokens.spacingVerticalXS,
  },
  reason: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXXS,
    padding: `0 ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground5,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    color: tokens.colorNeutralForeground1,
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  favours: {
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorBrandForeground2,
  },
  press: {
    ...focusRing,
    position: "absolute",
    inset: 0,
    padding: 0,
    border: "none",
    borderRadius: tokens.borderRadiusLarge,
    background: "none",
    cursor: "pointer",
    // The row may cut what lies outside it.
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  refused: {
    cursor: "not-allowed",
  },
  small: {
    ...focusRing,
    // Above the button that lies over the row.
    position: "relative",
    display: "grid",
    placeItems: "center",
    flexShrink: 0,
    width: "28px",
    height: "28px",
    padding: 0,
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})`,
    border: "none",
    borderRadius: tokens.borderRadiusMedium,
    background: "none",
    color: tokens.colorNeutralForeground2,
    cursor: "pointer",
    ":hover": { color: tokens.colorNeutralForeground1, backgroundColor: tokens.colorNeutralBackground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  star: {
    color: tokens.colorBrandForeground1,
  },
  blankFace: {
    flexShrink: 0,
    width: "36px",
    height: "36px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground5,
  },
  blank: {
    display: "block",
    height: "12px",
    width: "60%",
    marginTop: "4px",
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground5,
  },
  blankShort: {
    width: "40%",
    marginTop: "8px",
  },
});
