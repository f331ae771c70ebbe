import { Button, Input, makeStyles, mergeClasses, tokens, Tooltip } from "@fluentui/react-components";
import { Dismiss16Regular, Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { PeopleSearch20Regular } from "@fluentui/react-icons/svg/people-search";
import { useContext, useEffect, useId, useRef, useState, type KeyboardEvent, type RefObject } from "react";

import { useDialling } from "../dial/DialContext";
import { useAct } from "../host/HostContext";
import type { UiBlocked, UiPeople, UiPerson, UiSignIn, UiSnapshot } from "../ipc/bindings";
import { LONGEST_SEARCH } from "../shared/limits";
import { useSettled } from "../shared/settled";
import { ariaShortcut, shortcutLabel } from "../shared/shortcuts";
import { useWords, type Words } from "../words/words";
import { Blocked } from "./Blocked";
import { pressWay, useBringIn } from "./bringIn";
import { ExpertsContext, usePeople } from "./experts";
import { Ladder } from "./Ladder";
import { focusPlace, PeopleList } from "./PeopleList";
import { PersonMenu } from "./PersonMenu";
import { SHELVES } from "./places";
import { Skeletons } from "./Skeletons";
import { inHand, type InHand } from "./words";

interface PanelProps extends Pick<UiSnapshot, "calls" | "transfers"> {
  signIns: readonly UiSignIn[];
  /** Where the keyboard goes on the shortcut. */
  field: RefObject<HTMLInputElement | null>;
  /** Puts the keyboard on the call box. */
  onNumber: () => void;
  /** Given where the panel can be closed. */
  onClose?: () => void;
}

/** Who may help: for the call in hand, marked by the agent, called last, and everybody. */
export function Panel({ calls, transfers, signIns, field, onNumber, onClose }: PanelProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const { ringing } = useDialling();
  const experts = useContext(ExpertsContext);
  const people = usePeople();
  const id = useId();
  const root = useRef<HTMLElement>(null);
  const [search, setSearch] = useState("");
  const [menu, setMenu] = useState<{ person: UiPerson; target: HTMLElement } | null>(null);
  // Nothing may lie over a call that rings; and it must not come back after it.
  if (ringing && menu !== null) {
    setMenu(null);
  }

  useEffect(() => experts?.look(), [experts]);
  useEffect(() => () => experts?.search(""), [experts]);

  const searching = search.trim() !== "";
  const hand = inHand(words, people, { calls, transfers });
  const bringIn = useBringIn(hand);
  const blocked = people?.blocked ?? (signIns.length === 0 ? NO_SIGN_IN : null);
  const shown = people !== null && countShown(people) > 0;

  const look = (text: string) => {
    setSearch(text);
    experts?.search(text.trim());
  };
  const leave = () => {
    if (search !== "") {
      look("");
      field.current?.focus();
    } else if (onClose !== undefined) {
      onClose();
    } else {
      field.current?.focus();
    }
  };
  const toList = () => {
    for (const shelf of SHELVES) {
      if (focusPlace(root.current, { shelf, index: 0 })) {
        return;
      }
    }
  };
  const star = ({ id: person, favourite }: UiPerson) => act({ do: "favourite", person, on: !favourite });

  const onSearchKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "Enter") {
      toList();
    } else if (event.key === "Escape") {
      leave();
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <section ref={root} className={styles.panel} aria-labelledby={`${id}-title`}>
      <div className={mergeClasses(styles.head, onClose === undefined && styles.unseen)}>
        <h2 id={`${id}-title`} className={styles.title}>
          {say("people.experts")}
        </h2>
        {onClose !== undefined && (
          <Tooltip content={say("shared.closeEscape")} relationship="label">
            <Button appearance="subtle" size="small" icon={<Dismiss20Regular />} onClick={onClose} />
          </Tooltip>
        )}
      </div>
      <Input
        ref={field}
        maxLength={LONGEST_SEARCH}
        className={styles.field}
        contentBefore={<PeopleSearch20Regular aria-hidden />}
        contentAfter={
          search === "" ? (
            <kbd aria-hidden dir="ltr" className={styles.key}>
              {shortcutLabel(words, "experts")}
            </kbd>
          ) : (
            <Button
              appearance="transparent"
              size="small"
              icon={<Dismiss16Regular />}
              aria-label={say("people.emptySearch")}
              tabIndex={-1}
              onClick={() => {
                look("");
                field.current?.focus();
              }}
            />
          )
        }
        autoComplete="off"
        spellCheck={false}
        role="searchbox"
        aria-label={say("people.find")}
        aria-keyshortcuts={ariaShortcut("experts")}
        placeholder={say("people.placeholder")}
        value={search}
        onChange={(_, { value }) => look(value)}
        onKeyDown={onSearchKey}
      />
      {shown && <p className={styles.hint}>{handWords(words, hand, people.customer)}</p>}
      {blocked !== null && (
        <Blocked blocked={blocked} shown={shown} signIns={signIns} customer={people?.customer ?? null} onNumber={onNumber} />
      )}
      {people !== null && <Ladder ladder={people.ladder} open={blocked?.kind === "noConsent"} />}
      <Found people={people} searching={searching} />
      {blocked === null && (people === null || (people.loading && !shown)) ? (
        <Skeletons />
      ) : people === null ? null : searching && people.total === 0 && !people.loading ? (
        <Nobody
          title={say("people.nobodyMatches", { search: search.trim() })}
          words={say("people.nobodyMatchesAdvice")}
          button={say("people.clearSearch")}
          onPress={() => {
            look("");
            field.current?.focus();
          }}
        />
      ) : shown ? (
        <PeopleList
          people={people}
          hand={hand}
          searching={searching}
          onPress={(person) => bringIn(person, pressWay(hand))}
          onStar={star}
          onMore={(person, target) => setMenu({ person, target })}
          onLeave={leave}
        />
      ) : blocked === null ? (
        <Nobody
          title={say("people.emptyDirectory")}
          words={say("people.emptyDirectoryAdvice")}
          button={say("people.typeNumber")}
          onPress={onNumber}
        />
      ) : null}
      {menu !== null && (
        <PersonMenu
          person={menu.person}
          target={menu.target}
          hand={hand}
          onWay={(way) => bringIn(menu.person, way)}
          onStar={() => star(menu.person)}
          onClose={() => {
            menu.target.focus();
            setMenu(null);
          }}
        />
      )}
    </section>
  );
}

/** Says how many match, once the hands rest. */
function Found({ people, searching }: { people: UiPeople | null; searching: boolean }) {
  const styles = useStyles();
  const { say } = useWords();
  const found = people === null || people.loading || !searching ? "" : say("people.matching", { count: people.total });
  return (
    <p role="status" className={styles.spoken}>
      {useSettled(found, SPOKEN_AFTER_MS)}
    </p>
  );
}

interface NobodyProps {
  title: string;
  words: string;
  button: string;
  onPress: () => void;
}

/** There is nobody to show, and what to do instead. */
function Nobody({ title, words, button, onPress }: NobodyProps) {
  const styles = useStyles();
  return (
    <div className={styles.nobody}>
      <p className={styles.nobodyTitle}>{title}</p>
      <p className={styles.nobodyWords}>{words}</p>
      <Button size="small" onClick={onPress}>
        {button}
      </Button>
    </div>
  );
}

function handWords({ say }: Words, hand: InHand, customer: string | null): string {
  switch (hand.kind) {
    case "nobody":
      return customer === null ? say("people.pressToCall") : say("people.pressToCallOf", { customer });
    case "customer":
      return customer === null
        ? say("people.pressToAsk", { who: hand.who })
        : say("people.pressToAskOf", { customer, who: hand.who });
    case "busy":
      return hand.why;
  }
}

function countShown({ best, favourites, recent, total }: UiPeople): number {
  return best.length + favourites.length + recent.length + total;
}

/** The host says the same; but without a sign-in it is not asked. */
const NO_SIGN_IN: UiBlocked = { kind: "noSignIn", untilMs: null };

/** A reader says what was typed first. */
const SPOKEN_AFTER_MS = 700;

const useStyles = makeStyles({
  panel: {
    display: "flex",
    flexDirection: "column",
    flexGrow: 1,
    gap: tokens.spacingVerticalS,
    minHeight: 0,
    minWidth: 0,
  },
  head: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
  },
  unseen: {
    position: "absolute",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  field: {
    width: "100%",
    minWidth: 0,
    "& input": { textOverflow: "ellipsis" },
    flexShrink: 0,
  },
  key: {
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
    color: tokens.colorNeutralForeground3,
  },
  hint: {
    margin: `0 ${tokens.spacingHorizontalS}`,
    // Two lines, so that nothing below moves when a call comes in hand.
    minHeight: `calc(2 * ${tokens.lineHeightBase200})`,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  nobody: {
    display: "flex",
    flexDirection: "column",
    alignItems: "flex-start",
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalM,
    overflowWrap: "anywhere",
  },
  nobodyTitle: {
    margin: 0,
    fontWeight: tokens.fontWeightSemibold,
  },
  nobodyWords: {
    margin: 0,
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
