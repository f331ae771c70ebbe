import { Avatar, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useContext, useEffect } from "react";

import { mayMean } from "../dial/matches";
import type { UiPerson } from "../ipc/bindings";
import { focusRing } from "../shared/focusRing";
import { useWords } from "../words/words";
import { ExpertsContext, usePeople } from "./experts";
import { Age } from "./PersonRow";
import { presenceWords, reasonWords } from "./presenceWords";
import { badges } from "./words";

interface BestExpertsProps {
  /** The customer's call. */
  call: number;
  /** What is typed: only who may be meant is proposed. */
  text: string;
  /** Who is chosen. */
  chosen: string | null;
  onPick: (person: UiPerson) => void;
}

/** Who suits a call best, where somebody is to be brought in; nothing if nobody is known. */
export function BestExperts({ call, text, chosen, onPick }: BestExpertsProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const experts = useContext(ExpertsContext);
  const people = usePeople();
  useEffect(() => experts?.look(), [experts]);
  // The experts of one customer are not proposed for the call of another.
  const best = people?.call === call ? people.best : [];
  const proposed = best.filter(({ name, number }) => number !== null && mayMean(text, name)).slice(0, MOST);
  if (proposed.length === 0) {
    return null;
  }
  return (
    <ul className={styles.list} aria-label={say("people.best")}>
      {proposed.map((person) => {
        const { id, name, presence, asOfMs, photo, reasons } = person;
        return (
          <li key={id}>
            <button
              type="button"
              className={mergeClasses(styles.person, id === chosen && styles.chosen)}
              aria-pressed={id === chosen}
              onClick={() => onPick(person)}
            >
              <Avatar
                name={name}
                size={28}
                color="colorful"
                badge={{ status: badges[presence] }}
                {...(photo === null ? {} : { image: { src: photo } })}
                aria-hidden
              />
              <span className={styles.text}>
                <span className={styles.name}>{name}</span>{" "}
                <span className={styles.words}>
                  {presenceWords(words, person)}
                  {asOfMs !== null && <Age asOfMs={asOfMs} />}
                  {reasons.length > 0 && ` · ${words.list(reasons.map((reason) => reasonWords(words, reason)))}`}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

const MOST = 3;

const useStyles = makeStyles({
  list: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXXS,
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  person: {
    ...focusRing,
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    width: "100%",
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    border: "1px solid transparent",
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: "transparent",
    color: tokens.colorNeutralForeground1,
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  chosen: {
    border: `1px solid ${tokens.colorBrandStroke1}`,
    // In high contrast every border is drawn, also one without colour.
    "@media (forced-colors: active)": { outline: "2px solid Highlight", outlineOffset: "-2px" },
  },
  text: {
    flexGrow: 1,
    minWidth: 0,
  },
  name: {
    display: "block",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  words: {
    display: "block",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
});
