import { Button, DialogActions, DialogContent, DialogTitle, makeStyles, tokens } from "@fluentui/react-components";

import { Question } from "./Question";
import { shortcutLabel, type Shortcut } from "./shortcuts";

/** Every shortcut and what it does. */
export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const styles = useStyles();
  return (
    <Question open={open} onClose={onClose} light>
      <DialogTitle>Keyboard shortcuts</DialogTitle>
      <DialogContent className={styles.content}>
        {groups.map(({ title, shortcuts }) => (
          <section key={title} aria-label={title}>
            <h3 className={styles.title}>{title}</h3>
            <dl className={styles.list}>
              {shortcuts.map(([what, shortcut]) => (
                <div key={what} className={styles.line}>
                  <dt>{what}</dt>
                  <dd className={styles.keys}>
                    <kbd className={styles.key}>{keys(shortcut)}</kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={onClose}>
          Close
        </Button>
      </DialogActions>
    </Question>
  );
}

/** A shortcut, or a key that works in one place. */
type Key = Shortcut | { readonly written: string };

function keys(key: Key): string {
  return typeof key === "string" ? shortcutLabel(key) : key.written;
}

const groups: readonly { title: string; shortcuts: readonly (readonly [what: string, key: Key])[] }[] = [
  {
    title: "A call comes in",
    shortcuts: [
      ["Answer", "answer"],
      ["Decline", "decline"],
    ],
  },
  {
    title: "In a call",
    shortcuts: [
      ["Mute, unmute", "mute"],
      ["Hold, resume", "hold"],
      ["Transfer, or ask somebody", "transfer"],
      ["Swap to the call on hold", "swap"],
      ["Merge: all hear each other", "merge"],
      ["Keypad, then type", "keypad"],
      ["Record, pause the recording", "record"],
      ["Hang up", "hangUp"],
    ],
  },
  {
    title: "With an expert",
    shortcuts: [
      ["Swap: talk to the other one", "swap"],
      ["Connect customer and expert", "connect"],
      ["Back to the customer", "back"],
    ],
  },
  {
    title: "At any time",
    shortcuts: [
      ["Type a number or a name", "number"],
      ["Sound settings", "sound"],
      ["Recent calls", "recents"],
      ["Find an expert", "experts"],
      ["Mark an expert, in the list", { written: "F" }],
      ["Remove a recent call", { written: "Delete" }],
      ["This list; also ?", "help"],
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
