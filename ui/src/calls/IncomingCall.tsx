import {
  Avatar,
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
import { ariaShortcut, shortcutLabel } from "../shared/shortcuts";
import { Details } from "./Details";
import { PartyName } from "./PartyName";

/** Who calls and why, and what to do with it. `waiting`: answering puts another call on hold. */
export function IncomingCall({ call, headingId, waiting }: { call: UiCall; headingId: string; waiting: boolean }) {
  const styles = useStyles();
  const { act } = useAct();
  const reject = (rejection: UiRejection) => act({ do: "reject", call: call.id, with: rejection });
  return (
    <div className={styles.card}>
      <p className={styles.kicker}>
        Incoming call <Elapsed sinceMs={call.startedAtMs} />
      </p>
      <div className={styles.head}>
        <span className={styles.ring}>
          <Avatar name={call.party.name ?? ""} size={56} color="brand" aria-hidden />
        </span>
        <PartyName call={call} id={headingId} />
      </div>
      <Details details={call.details} />
      <div className={styles.buttons}>
        <Tooltip content={`Answer (${shortcutLabel("answer")})`} relationship="description">
          <Button
            size="large"
            className={mergeClasses(styles.button, styles.answer)}
            icon={<Call20Filled />}
            aria-keyshortcuts={ariaShortcut("answer")}
            onClick={() => act({ do: "answer", call: call.id })}
          >
            {waiting ? "Hold and answer" : "Answer"}
          </Button>
        </Tooltip>
        <div className={styles.decline}>
          <Tooltip content={`Decline: the caller is told you are busy (${shortcutLabel("decline")})`} relationship="description">
            <Button
              size="large"
              className={mergeClasses(styles.button, styles.declineMain)}
              icon={<CallEnd20Regular />}
              aria-keyshortcuts={ariaShortcut("decline")}
              onClick={() => reject("busy")}
            >
              Decline
            </Button>
          </Tooltip>
          <Menu positioning="below-end">
            <MenuTrigger disableButtonEnhancement>
              <MenuButton size="large" aria-label="Ways to decline" className={styles.declineMore} />
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                <MenuItem subText="Somebody else may take the call" onClick={() => reject("busy")}>
                  I am busy
                </MenuItem>
                <MenuItem subText="The caller is turned away" onClick={() => reject("decline")}>
                  Nobody takes this call
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
  },
  kicker: {
    display: "flex",
    justifyContent: "space-between",
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorBrandForeground1,
  },
  head: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalL,
  },
  ring: {
    display: "grid",
    flexShrink: 0,
    borderRadius: tokens.borderRadiusCircular,
    animationName: {
      from: { boxShadow: `0 0 0 0 color-mix(in srgb, ${tokens.colorBrandStroke1} 55%, transparent)` },
      "60%": { boxShadow: "0 0 0 12px transparent" },
      to: { boxShadow: "0 0 0 12px transparent" },
    },
    animationDuration: "1.6s",
    animationIterationCount: "infinite",
    "@media (prefers-reduced-motion: reduce)": { animationName: "none" },
  },
  buttons: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalM,
  },
  button: {
    flexGrow: 1,
    minWidth: 0,
    minHeight: "48px",
    whiteSpace: "nowrap",
  },
  answer: {
    flexBasis: "160px",
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
  },
  decline: {
    display: "flex",
    flexGrow: 1,
    flexBasis: "140px",
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
