import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArrowMaximize20Regular } from "@fluentui/react-icons/svg/arrow-maximize";
import { Call20Filled } from "@fluentui/react-icons/svg/call";
import { CallEnd20Filled, CallEnd20Regular } from "@fluentui/react-icons/svg/call-end";
import { CallTransfer20Regular } from "@fluentui/react-icons/svg/call-transfer";
import { Mic20Regular } from "@fluentui/react-icons/svg/mic";
import { MicOff20Filled } from "@fluentui/react-icons/svg/mic-off";
import { Pause20Regular } from "@fluentui/react-icons/svg/pause";
import { Pin20Regular } from "@fluentui/react-icons/svg/pin";
import { PinOff20Regular } from "@fluentui/react-icons/svg/pin-off";
import { Play20Filled } from "@fluentui/react-icons/svg/play";
import { Fragment, type ReactNode, type RefObject } from "react";

import type { Standing } from "../account/words";
import { SEEN_AFTER_MS, useConversations } from "../calls/useConversations";
import { partyWords } from "../calls/words";
import { useAct } from "../host/HostContext";
import type { UiCall, UiSnapshot } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { offered, useOffers, type Offered } from "../shared/offers";
import { useSeen } from "../shared/seen";
import { useWords } from "../words/words";
import { BarButton } from "./BarButton";
import { ringingOffers, useBarOffers } from "./barOffers";
import { saidWords, standingOf } from "./standing";

interface CompactBarProps extends Pick<UiSnapshot, "calls" | "transfers" | "group" | "window"> {
  registration: Standing;
  compact: Offered;
  onTop: Offered;
  /** Where the keyboard goes when there is nothing left to be on. */
  button: RefObject<HTMLButtonElement | null>;
  /** What the agent must know, below everything else. */
  children: ReactNode;
}

/**
 * The call at hand in one line beside other programs: who, since when, what everybody hears, and the buttons
 * that a hand must find at once. Each has a place of its own that it keeps, also when it is not possible; what
 * rings comes below, so that nothing is answered or ended by a press that was meant for something else.
 */
export function CompactBar({ calls, transfers, group, window, registration, compact, onTop, button, children }: CompactBarProps) {
  const styles = useStyles();
  const words = useWords();
  const { say, draw } = words;
  const { ringing, atHand, waiting, heard, moved } = useConversations({ calls, transfers, group });
  const { mute, hold, connect, hangUp, muted, held } = useBarOffers(atHand, moved, compact.run);
  const elsewhere = say("bar.inFull");
  useOffers({
    transfer: offered(say("keys.call.transfer"), compact.run, elsewhere),
    keypad: offered(say("keys.call.keypad"), compact.run, elsewhere),
    sound: offered(say("sound.settings"), compact.run, elsewhere),
    number: offered(say("keys.always.number"), compact.run, elsewhere),
    recents: offered(say("recents.title"), compact.run, elsewhere),
    experts: offered(say("people.find"), compact.run, elsewhere),
  });
  const { who, sinceMs, hears } = standingOf(words, atHand, registration, waiting.length);
  return (
    <main className={styles.bar}>
      <section className={styles.line} aria-label={say("bar.title")}>
        <div className={styles.who}>
          <h1 className={styles.name} title={who}>
            <bdi>{who}</bdi>
          </h1>
        </div>
        <div role="group" aria-label={say("calls.controls")} className={styles.buttons}>
          <BarButton offer={mute} shortcut="mute" icon={muted ? <MicOff20Filled /> : <Mic20Regular />} on={muted} />
          <BarButton offer={hold} shortcut="hold" icon={held ? <Play20Filled /> : <Pause20Regular />} on={held} />
          <BarButton offer={connect} shortcut="connect" icon={<CallTransfer20Regular />} />
          <BarButton offer={hangUp} shortcut="hangUp" icon={<CallEnd20Filled />} danger />
        </div>
        <div className={styles.buttons}>
          <BarButton offer={onTop} icon={window.alwaysOnTop ? <PinOff20Regular /> : <Pin20Regular />} on={window.alwaysOnTop} />
          <BarButton ref={button} offer={compact} shortcut="compact" icon={<ArrowMaximize20Regular />} />
        </div>
        <p className={mergeClasses(styles.state, styles.hears)} title={saidWords(words, hears)}>
          {sinceMs !== null && (
            <>
              <Elapsed sinceMs={sinceMs} className={styles.timer} /> ·{" "}
            </>
          )}
          <span data-testid="call-state">
            {hears.map(({ who: whom, text }, index) => (
              <Fragment key={`${index} ${whom}`}>
                {index > 0 && " · "}
                <bdi className={styles.said}>
                  {whom === null ? text : draw("shared.labelled", { label: <bdi className={styles.whom}>{whom}</bdi>, text })}
                </bdi>
              </Fragment>
            ))}
          </span>
        </p>
      </section>
      {ringing.map((call, index) => (
        <Ringing key={call.id} call={call} first={index === 0} holdsAnother={heard} />
      ))}
      {children}
    </main>
  );
}

interface RingingProps {
  call: UiCall;
  /** The one that the keys are for. */
  first: boolean;
  holdsAnother: boolean;
}

/** Who calls, and what to do with it. */
function Ringing({ call, first, holdsAnother }: RingingProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const seen = useSeen(first, SEEN_AFTER_MS);
  const { answer, decline } = ringingOffers(words, act, call.id, holdsAnother, seen);
  const who = partyWords(call);
  const queue = call.details.find(({ kind }) => kind === "queue")?.value;
  return (
    <section className={mergeClasses(styles.line, styles.ringing)} aria-label={say("calls.incoming.said", { who })}>
      <div className={styles.who}>
        <h2 className={styles.name} title={who}>
          <bdi>{who}</bdi>
        </h2>
        <p className={styles.state}>
          {say("calls.incoming")} · <Elapsed sinceMs={call.startedAtMs - (call.waitedMs ?? 0)} className={styles.timer} />
          {queue !== undefined && (
            <>
              {" "}
              · <bdi>{queue}</bdi>
            </>
          )}
        </p>
      </div>
      <div className={styles.buttons}>
        <BarButton offer={answer} icon={<Call20Filled />} good shortcut={first ? "answer" : undefined} />
        <BarButton offer={decline} icon={<CallEnd20Regular />} shortcut={first ? "decline" : undefined} />
      </div>
    </section>
  );
}

const useStyles = makeStyles({
  bar: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    padding: tokens.spacingHorizontalS,
  },
  line: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow4,
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  ringing: {
    boxShadow: `0 0 0 2px ${tokens.colorBrandStroke1}, ${tokens.shadow4}`,
    // Shadows are not drawn in high contrast.
    "@media (forced-colors: active)": { outline: "2px solid Highlight" },
  },
  who: {
    flexGrow: 1,
    flexBasis: "140px",
    minWidth: 0,
    userSelect: "text",
  },
  name: {
    margin: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  state: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
  // The whole width below the buttons. It is one line unless there is more to say than fits: it is never cut off.
  hears: {
    flexBasis: "100%",
    marginTop: `calc(-1 * ${tokens.spacingVerticalXS})`,
    userSelect: "text",
  },
  said: {
    display: "inline-block",
    maxWidth: "100%",
  },
  whom: {
    display: "inline-block",
    maxWidth: "96px",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    verticalAlign: "bottom",
  },
  timer: {
    fontVariantNumeric: "tabular-nums",
  },
  buttons: {
    display: "flex",
    flexShrink: 0,
    gap: tokens.spacingHorizontalXS,
  },
});
