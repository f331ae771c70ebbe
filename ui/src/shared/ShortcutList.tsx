import { makeStyles, tokens } from "@fluentui/react-components";

import { useWords, type WordId, type Words } from "../words/words";
import { actions, SHORTCUTS, type Group } from "./actions";
import { shortcutLabel } from "./shortcuts";

/** Every action that has keys, by when it makes sense. */
export function ShortcutList() {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  return (
    <div className={styles.content}>
      {GROUPS.map((group) => (
        <section key={group} aria-label={say(titles[group])}>
          <h3 className={styles.title}>{say(titles[group])}</h3>
          <dl className={styles.list}>
            {linesOf(words, group).map(([what, keys]) => (
              <div key={what} className={styles.line}>
                <dt>{say(what)}</dt>
                <dd className={styles.keys}>
                  <kbd dir="ltr" className={styles.key}>
                    {keys}
                  </kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

/** What is listed in a group: its actions that have keys, and keys that work in one place of the window. */
function linesOf(words: Words, group: Group): readonly (readonly [what: WordId, keys: string])[] {
  const named = SHORTCUTS.filter((name) => actions[name].group === group).map(
    (name): readonly [WordId, string] => [actions[name].what, shortcutLabel(words, name)],
  );
  const inLists = [
    ["keys.always.mark", "F"],
    ["keys.always.details", words.direction === "rtl" ? "←" : "→"],
    ["keys.always.remove", words.say("keys.delete")],
  ] as const;
  return group === "always" ? [...named, ...inLists] : named;
}

const titles: Readonly<Record<Group, WordId>> = {
  incoming: "keys.incoming.title",
  call: "keys.call.title",
  expert: "keys.expert.title",
  always: "keys.always.title",
};

const GROUPS = Object.keys(titles) as readonly Group[];

const useStyles = makeStyles({
  content: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
  },
  title: {
    margin: `0 0 ${tokens.spacingVerticalXS}`,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
  },
  list: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXXS,
    margin: 0,
  },
  line: {
    display: "flex",
    flexWrap: "wrap",
    justifyContent: "space-between",
    alignItems: "baseline",
    columnGap: tokens.spacingHorizontalM,
  },
  keys: {
    margin: 0,
    marginInlineStart: "auto",
  },
  key: {
    padding: `1px ${tokens.spacingHorizontalXS}`,
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
  },
});
