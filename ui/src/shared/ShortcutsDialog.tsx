import { Button, DialogActions, DialogContent, DialogTitle, makeStyles, tokens } from "@fluentui/react-components";

import { useWords, type WordId, type Words } from "../words/words";
import { Question } from "./Question";
import { shortcutLabel, type Shortcut } from "./shortcuts";

/** Every shortcut and what it does. */
export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  return (
    <Question open={open} onClose={onClose} light>
      <DialogTitle>{say("keys.title")}</DialogTitle>
      <DialogContent className={styles.content}>
        {groups.map(({ title, shortcuts }) => (
          <section key={title} aria-label={say(title)}>
            <h3 className={styles.title}>{say(title)}</h3>
            <dl className={styles.list}>
              {shortcuts.map(([what, shortcut]) => (
                <div key={what} className={styles.line}>
                  <dt>{say(what)}</dt>
                  <dd className={styles.keys}>
                    <kbd dir="ltr" className={styles.key}>{keys(words, shortcut)}</kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={onClose}>
          {say("shared.close")}
        </Button>
      </DialogActions>
    </Question>
  );
}

/** A shortcut, or a key that works in one place. */
type Key = Shortcut | { readonly letter: string } | { readonly named: WordId };

function keys(words: Words, key: Key): string {
  if (typeof key === "string") {
    return shortcutLabel(words, key);
  }
  return "letter" in key ? key.letter : words.say(key.named);
}

const groups: readonly { title: WordId; shortcuts: readonly (readonly [what: WordId, key: Key])[] }[] = [
  {
    title: "keys.incoming.title",
    shortcuts: [
      ["calls.answer", "answer"],
      ["calls.decline", "decline"],
    ],
  },
  {
    title: "keys.call.title",
    shortcuts: [
      ["keys.call.mute", "mute"],
      ["keys.call.hold", "hold"],
      ["keys.call.transfer", "transfer"],
      ["keys.call.swap", "swap"],
      ["keys.call.merge", "merge"],
      ["keys.call.keypad", "keypad"],
      ["keys.call.record", "record"],
      ["calls.hangUp", "hangUp"],
    ],
  },
  {
    title: "keys.expert.title",
    shortcuts: [
      ["keys.expert.swap", "swap"],
      ["keys.expert.connect", "connect"],
      ["keys.expert.back", "back"],
    ],
  },
  {
    title: "keys.always.title",
    shortcuts: [
      ["keys.always.number", "number"],
      ["sound.settings", "sound"],
      ["recents.title", "recents"],
      ["people.find", "experts"],
      ["keys.always.mark", { letter: "F" }],
      ["keys.always.remove", { named: "keys.delete" }],
      ["keys.always.help", "help"],
    ],
  },
];

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
