import { makeStyles, tokens } from "@fluentui/react-components";
import { useContext, useEffect, useEffectEvent, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import type { UiPeople, UiPerson } from "../ipc/bindings";
import { useMinute } from "../shared/clock";
import { useWords } from "../words/words";
import { ExpertsContext } from "./experts";
import { AbsentRow, PersonRow, ROW_HEIGHT, type RowActions } from "./PersonRow";
import { inView, kept, steady, step, toAsk, type Place, type Shelf, type Sizes } from "./places";
import type { InHand } from "./words";

interface PeopleListProps extends RowActions {
  people: UiPeople;
  hand: InHand;
  /** A text is looked for: only who matches is listed. */
  searching: boolean;
  /** Escape was pressed. */
  onLeave: () => void;
}

/**
 * Everybody, by sections. Tab leads into the list, arrows, Page and End through it; the last section may
 * be long, and only the part of it that is to be seen is in the page.
 */
export function PeopleList({ people, hand, searching, onLeave, ...actions }: PeopleListProps) {
  const styles = useStyles();
  const { say, draw } = useWords();
  const experts = useContext(ExpertsContext);
  const scroller = useRef<HTMLDivElement>(null);
  const long = useRef<HTMLUListElement>(null);
  const aim = useRef<Place | null>(null);
  const focused = useRef(false);
  const [range, setRange] = useState({ start: 0, end: UNMEASURED_ROWS });
  const [current, setCurrent] = useState<Place>({ shelf: "best", index: 0 });
  // The one the keyboard is on, should the host's part of the list move on.
  const [held, setHeld] = useState<{ index: number; person: UiPerson } | null>(null);
  const id = useId();

  // Who suits best may change while a pointer is about to press.
  const [pointer, setPointer] = useState(false);
  const [order, setOrder] = useState<readonly UiPerson[]>(people.best);
  const best = pointer ? steady(order, people.best) : people.best;
  if (!pointer && order !== people.best) {
    setOrder(people.best);
  }

  const { favourites, recent, total } = people;
  const sizes: Sizes = searching
    ? { best: 0, favourites: 0, recent: 0, all: total }
    : { best: best.length, favourites: favourites.length, recent: recent.length, all: total };
  const nowUnixMs = useMinute(sizes.best + sizes.favourites + sizes.recent + sizes.all > 0);
  const at = kept(sizes, current);

  const measure = () => {
    if (scroller.current === null || long.current === null) {
      return;
    }
    const { scrollTop, clientHeight } = scroller.current;
    const height = clientHeight === 0 ? UNMEASURED_ROWS * ROW_HEIGHT : clientHeight;
    const seen = inView(scrollTop - long.current.offsetTop, height, ROW_HEIGHT, total);
    setRange((before) => (before.start === seen.start && before.end === seen.end ? before : seen));
    const { first, rows } = toAsk(seen);
    experts?.scroll(first, rows);
  };
  const onResize = useEffectEvent(measure);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return undefined;
    }
    const observer = new ResizeObserver(() => onResize());
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => onResize(), [total, sizes.best, sizes.favourites, sizes.recent]);

  // A place far away is in the page only after it was scrolled to. And who was not there yet has come: the
  // keyboard stays on their place.
  useLayoutEffect(() => {
    const wanted = aim.current ?? (focused.current && document.activeElement === document.body ? at : null);
    if (wanted !== null && focusPlace(scroller.current, wanted)) {
      aim.current = null;
    }
  });

  const goTo = (place: Place) => {
    setCurrent(place);
    focused.current = true;
    if (focusPlace(scroller.current, place)) {
      return;
    }
    aim.current = place;
    if (scroller.current !== null && long.current !== null) {
      const { clientHeight } = scroller.current;
      scroller.current.scrollTop = long.current.offsetTop + place.index * ROW_HEIGHT - Math.max(0, clientHeight - ROW_HEIGHT) / 2;
      measure();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const next = step(sizes, at, event.key, page);
    if (next !== null) {
      goTo(next);
    } else if (event.key === "Escape") {
      onLeave();
    } else if (event.key === "f" || event.key === "F") {
      const person = personAt(at);
      if (person !== undefined) {
        actions.onStar(person);
      }
    } else {
      return;
    }
    event.preventDefault();
  };

  const personAt = ({ shelf, index }: Place): UiPerson | undefined => {
    if (shelf !== "all") {
      return { best, favourites, recent }[shelf][index];
    }
    return people.rows[index - people.first] ?? (held?.index === index ? held.person : undefined);
  };

  const row = (person: UiPerson, place: Place, full: boolean) => (
    <PersonRow
      key={person.id}
      person={person}
      place={place}
      hand={hand}
      withoutPresence={people.blocked?.kind === "noPresence"}
      full={full}
      tabbable={place.shelf === at.shelf && place.index === at.index}
      nowUnixMs={nowUnixMs}
      {...actions}
    />
  );
  const section = (shelf: Shelf, title: string, some: readonly UiPerson[], full: boolean) =>
    some.length > 0 && (
      <section aria-labelledby={`${id}-${shelf}`}>
        <h3 id={`${id}-${shelf}`} className={styles.heading}>
          {title}
        </h3>
        <ul className={styles.list}>{some.map((person, index) => row(person, { shelf, index }, full))}</ul>
      </section>
    );

  // The one the keyboard is on stays in the page wherever one scrolls to.
  const shown = Array.from({ length: Math.max(0, Math.min(range.end, total) - range.start) }, (_, index) => range.start + index);
  if (at.shelf === "all" && total > 0 && (at.index < range.start || at.index >= range.end)) {
    shown.push(at.index);
  }

  return (
    // The keys are those of the buttons inside.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={scroller}
      className={styles.scroller}
      onScroll={measure}
      onKeyDown={onKeyDown}
      onPointerEnter={() => setPointer(true)}
      onPointerLeave={() => setPointer(false)}
      onFocusCapture={({ target }) => {
        const place = placeOf(target);
        if (place !== null) {
          focused.current = true;
          setCurrent(place);
          const person = personAt(place);
          setHeld(place.shelf === "all" && person !== undefined ? { index: place.index, person } : null);
        }
      }}
      onBlurCapture={() => {
        focused.current = false;
      }}
    >
      {!searching && (
        <>
          {section("best", say("people.best"), best, true)}
          {section("favourites", say("people.favourites"), favourites, false)}
          {section("recent", say("people.recent"), recent, false)}
        </>
      )}
      {total > 0 && (
        <section aria-labelledby={`${id}-all`}>
          <h3 id={`${id}-all`} className={styles.heading}>
            {draw(searching ? "people.found" : "people.all", {
              total,
              count: (inside: ReactNode) => <span className={styles.count}>{inside}</span>,
            })}
          </h3>
          <ul ref={long} className={styles.long} style={{ height: `${total * ROW_HEIGHT}px` }}>
            {shown.map((index) => {
              const place: Place = { shelf: "all", index };
              const person = personAt(place);
              const style = { transform: `translateY(${index * ROW_HEIGHT}px)` };
              const tabbable = at.shelf === "all" && at.index === index;
              return person === undefined ? (
                <AbsentRow key={`at-${index}`} place={place} outOf={total} tabbable={tabbable} style={{ ...PLACED, ...style }} />
              ) : (
                <PersonRow
                  key={person.id}
                  person={person}
                  place={place}
                  outOf={total}
                  hand={hand}
                  withoutPresence={people.blocked?.kind === "noPresence"}
                  full={false}
                  tabbable={tabbable}
                  nowUnixMs={nowUnixMs}
                  style={{ ...PLACED, ...style }}
                  {...actions}
                />
              );
            })}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Puts the keyboard on somebody; false if they are not in the page. */
export function focusPlace(root: HTMLElement | null, { shelf, index }: Place): boolean {
  const button = root?.querySelector<HTMLElement>(`[data-place="${shelf}:${index}"] > button`) ?? null;
  button?.focus();
  return button !== null;
}

function placeOf(target: Element): Place | null {
  const [shelf, index] = target.closest<HTMLElement>("[data-place]")?.dataset.place?.split(":") ?? [];
  return shelf === undefined || index === undefined ? null : { shelf: shelf as Shelf, index: Number(index) };
}

/** As many as a window shows at least, until it is measured. */
const UNMEASURED_ROWS = 8;

const PLACED = { position: "absolute", insetInline: 0, top: 0 } as const;

const useStyles = makeStyles({
  scroller: {
    position: "relative",
    flexGrow: 1,
    minHeight: 0,
    overflowY: "auto",
    overscrollBehavior: "contain",
  },
  heading: {
    position: "sticky",
    top: 0,
    zIndex: 2,
    display: "flex",
    alignItems: "baseline",
    gap: tokens.spacingHorizontalXS,
    margin: 0,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    backgroundColor: tokens.colorNeutralBackground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
  },
  count: {
    fontWeight: tokens.fontWeightRegular,
    fontVariantNumeric: "tabular-nums",
  },
  list: {
    display: "flex",
    flexDirection: "column",
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  long: {
    position: "relative",
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
});
