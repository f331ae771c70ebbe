import { Avatar, Button, makeStyles, Subtitle2, tokens, Tooltip } from "@fluentui/react-components";
import { ArrowMinimize20Regular } from "@fluentui/react-icons/svg/arrow-minimize";
import { Keyboard20Regular } from "@fluentui/react-icons/svg/keyboard";
import { Settings20Regular } from "@fluentui/react-icons/svg/settings";

import type { UiLine, UiSignIn } from "../ipc/bindings";
import type { Offered } from "../shared/offers";
import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { SoundButton } from "../sound/SoundButton";
import { useWords } from "../words/words";
import { AccountMenu } from "./AccountMenu";
import { Lines } from "./Lines";
import { presence } from "./presence";
import type { Standing } from "./words";

interface AccountBarProps {
  registration: Standing;
  signIns: readonly UiSignIn[];
  lines: readonly UiLine[];
  /** A call is up that is not only ringing here. */
  inCall: boolean;
  /** A call rings, or something is asked: nothing may lie over it. */
  ringing: boolean;
  onHelp: () => void;
  onSettings: () => void;
  /** The way to the bar. */
  compact: Offered;
  /** Calls could come in, but callers are told that the agent is busy. */
  doNotDisturb: boolean;
}

/** Who the agent is and whether calls can reach them, in words and not by colour alone. */
export function AccountBar({ registration, signIns, lines, inCall, ringing, onHelp, onSettings, compact, doNotDisturb }: AccountBarProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  return (
    <header>
      <div className={styles.bar}>
        <Avatar
          name={registration.name}
          size={40}
          color="neutral"
          badge={{ status: doNotDisturb ? "do-not-disturb" : presence[registration.reachability] }}
          aria-hidden
        />
        <div className={styles.who}>
          <Subtitle2 as="h1" className={styles.name} title={registration.name}>
            {registration.name}
          </Subtitle2>
          <p className={styles.state} data-testid="registration">
            <span className={styles.words}>{registration.words}</span>
            {registration.address !== registration.name && (
              <>
                <span aria-hidden> · </span>
                <span className={styles.address} title={registration.address}>
                  <bdi>{registration.address}</bdi>
                </span>
              </>
            )}
          </p>
        </div>
        <div className={styles.buttons}>
          {signIns.length > 0 && <AccountMenu signIns={signIns} inCall={inCall} ringing={ringing} />}
          <SoundButton />
          <Tooltip content={withKeys(words, say("settings.title"), "settings")} relationship="description">
            <Button
              appearance="subtle"
              icon={<Settings20Regular />}
              aria-label={say("settings.title")}
              aria-keyshortcuts={ariaShortcut("settings")}
              onClick={onSettings}
            />
          </Tooltip>
          <Tooltip content={withKeys(words, compact.what, "compact")} relationship="description">
            <Button
              appearance="subtle"
              icon={<ArrowMinimize20Regular />}
              aria-label={compact.what}
              aria-keyshortcuts={ariaShortcut("compact")}
              onClick={compact.run}
            />
          </Tooltip>
          <Tooltip content={withKeys(words, say("keys.title"), "help")} relationship="description">
            <Button
              appearance="subtle"
              icon={<Keyboard20Regular />}
              aria-label={say("keys.title")}
              aria-keyshortcuts={ariaShortcut("help")}
              onClick={onHelp}
            />
          </Tooltip>
        </div>
      </div>
      {lines.length > 1 && <Lines lines={lines} />}
    </header>
  );
}

const useStyles = makeStyles({
  bar: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalS}`,
    // Large letters in a small window: the words come first.
    "@media (max-width: 359px)": { flexWrap: "wrap", paddingInline: tokens.spacingHorizontalM },
  },
  who: {
    flexGrow: 1,
    flexBasis: "100px",
    minWidth: 0,
  },
  name: {
    display: "block",
    margin: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    "@media (max-width: 299px)": { whiteSpace: "normal", overflowWrap: "anywhere" },
  },
  state: {
    margin: 0,
    display: "flex",
    gap: tokens.spacingHorizontalXS,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    whiteSpace: "nowrap",
    overflow: "hidden",
    userSelect: "text",
    "@media (max-width: 299px)": { flexWrap: "wrap", whiteSpace: "normal", overflowWrap: "anywhere" },
  },
  words: {
    flexShrink: 0,
  },
  address: {
    overflow: "hidden",
    textOverflow: "ellipsis",
  },
  buttons: {
    display: "flex",
    flexShrink: 0,
  },
});
