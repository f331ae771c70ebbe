import {
  Button,
  makeStyles,
  Menu,
  MenuButton,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  mergeClasses,
  tokens,
  Tooltip,
} from "@fluentui/react-components";
import { Call20Filled } from "@fluentui/react-icons/svg/call";
import { CallEnd20Regular } from "@fluentui/react-icons/svg/call-end";

import { useAct } from "../host/HostContext";
import type { UiCall, UiRejection } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { useSeen } from "../shared/seen";
import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { useWords, type WordId } from "../words/words";
import { Details } from "./Details";
import { PartyName } from "./PartyName";
import { SEEN_AFTER_MS } from "./useConversations";

interface IncomingCallProps {
  call: UiCall;
  headingId: string;
  /** Answering puts another call on hold. */
  holdsAnother: boolean;
  /** Another call needs the room. */
  compact: boolean;
  /** The one that the shortcuts are for. */
  first: boolean;
}

/** Who calls, from which queue, why and since when, and what to do with it. */
export function IncomingCall({ call, headingId, holdsAnother, compact, first }: IncomingCallProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const reject = (rejection: UiRejection) => act({ do: "reject", call: call.id, with: rejection });
  const hint = (id: WordId, shortcut: "answer" | "decline") => (first ? withKeys(words, say(id), shortcut) : say(id));
  // It may have come, or moved up, to where something else was a moment ago.
  const seen = useSeen(`${first} ${compact}`, SEEN_AFTER_MS);
  const time = <Elapsed sinceMs={call.startedAtMs - (call.waitedMs ?? 0)} />;
  return (
    <div className={mergeClasses(styles.card, compact && styles.compact)}>
      <p className={styles.kicker}>
        <span>{say("calls.incoming")}</span>
        {/* A caller who waited in a queue has done so before it rang here. */}
        <span>{words.draw(call.waitedMs === null ? "calls.ringing" : "calls.waiting", { time })}</span>
      </p>
      <PartyName call={call} id={headingId} compact={compact} ringing />
      <div className={mergeClasses(compact && styles.details)}>
        <Details details={call.details} room={compact ? "little" : "full"} />
      </div>
      <div className={styles.buttons}>
        <Tooltip
          content={hint(holdsAnother ? "calls.holdAndAnswerHint" : "calls.answer", "answer")}
          relationship="description"
        >
          <Button
            size="large"
            className={mergeClasses(styles.button, styles.answer)}
            icon={<Call20Filled />}
            aria-keyshortcuts={first ? ariaShortcut("answer") : undefined}
            onClick={() => act({ do: "answer", call: call.id })}
          >
            {say(holdsAnother ? "calls.holdAndAnswer" : "calls.answer")}
          </Button>
        </Tooltip>
        <div className={styles.decline}>
          <Tooltip content={hint("calls.declineHint", "decline")} relationship="description">
            <Button
              size="large"
              className={mergeClasses(styles.button, styles.declineMain)}
              icon={<CallEnd20Regular />}
              aria-keyshortcuts={first ? ariaShortcut("decline") : undefined}
              aria-disabled={!seen || undefined}
              onClick={() => reject("busy")}
            >
              {say("calls.decline")}
            </Button>
          </Tooltip>
          <Menu positioning="below-end">
            <MenuTrigger disableButtonEnhancement>
              <MenuButton size="large" aria-label={say("calls.declineWays")} className={styles.declineMore} />
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                <MenuItem subText={say("calls.declineWays.busyHint")} onClick={() => reject("busy")}>
                  {say("calls.declineWays.busy")}
                </MenuItem>
                <MenuItem subText={say("calls.declineWays.nobodyHint")} onClick={() => reject("decline")}>
                  {say("calls.declineWays.nobody")}
                </MenuItem>
              </MenuList>
            </MenuPopover>
          </Menu>
        </div>
      </div>
    </div>
  );
}

const useStyles = makeStyles({
  card: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingHorizontalXL,
    "@media (max-width: 359px)": { padding: tokens.spacingHorizontalM },
  },
  compact: {
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalL,
  },
  // In a low window the controls of the other call come first.
  details: {
    "@media (max-height: 639px)": { display: "none" },
  },
  kicker: {
    display: "flex",
    flexWrap: "wrap",
    justifyContent: "space-between",
    columnGap: tokens.spacingHorizontalM,
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorBrandForeground1,
  },
  buttons: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
    // In sight, however much the call says and however low the window is.
    position: "sticky",
    bottom: 0,
    marginBottom: `calc(-1 * ${tokens.spacingVerticalM})`,
    paddingBottom: tokens.spacingVerticalM,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  button: {
    flexGrow: 1,
    minWidth: 0,
    minHeight: "48px",
    paddingInline: tokens.spacingHorizontalM,
    // Both side by side also in the narrowest window.
    "@media (max-width: 359px)": { paddingInline: tokens.spacingHorizontalS, "& .fui-Button__icon": { display: "none" } },
  },
  answer: {
    flexBasis: "128px",
    // "Hold and answer" stays on one line where there is room.
    "@media (min-width: 400px)": { flexBasis: "152px" },
    border: "none",
    backgroundColor: tokens.colorStatusSuccessBackground3,
    color: tokens.colorNeutralForegroundStaticInverted,
    ":hover": {
      backgroundColor: tokens.colorPaletteGreenForeground1,
      color: tokens.colorNeutralForegroundStaticInverted,
    },
    ":hover:active": {
      backgroundColor: tokens.colorPaletteGreenForeground1,
      color: tokens.colorNeutralForegroundStaticInverted,
    },
    "@media (forced-colors: active)": { border: "1px solid ButtonText" },
  },
  decline: {
    display: "flex",
    flexGrow: 1,
    flexBasis: "112px",
  },
  declineMain: {
    borderStartEndRadius: 0,
    borderEndEndRadius: 0,
    borderInlineEndStyle: "none",
    color: tokens.colorStatusDangerForeground1,
  },
  declineMore: {
    minWidth: "36px",
    maxWidth: "36px",
    paddingInline: 0,
    borderStartStartRadius: 0,
    borderEndStartRadius: 0,
  },
});
