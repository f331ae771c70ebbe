import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useLayoutEffect, useRef, type ReactNode } from "react";

import { useAct } from "../host/HostContext";
import type { UiCall, UiSound } from "../ipc/bindings";
import { useShortcuts } from "../shared/shortcuts";
import { CallCard } from "./CallCard";
import { CallRow } from "./CallRow";
import { EndedCall } from "./EndedCall";
import { IncomingCall } from "./IncomingCall";
import { isIncoming } from "./words";

interface CallsProps {
  calls: readonly UiCall[];
  sound: UiSound;
  /** Where the keyboard goes when the call it was on is gone. */
  onFocusLost: () => void;
}

/**
 * Every call: the one at hand, those that wait, what rings, and those that are over. What rings comes
 * first if there is nothing else, and below the others if there is, so that no button moves under the
 * pointer of somebody who is talking; there it stays in sight.
 */
export function Calls({ calls, sound, onFocusLost }: CallsProps) {
  const styles = useStyles();
  const { act } = useAct();
  const list = useRef<HTMLDivElement>(null);
  const focusedCall = useRef<string | null>(null);

  const ringing = calls.filter(isIncoming);
  const ended = calls.filter(({ state }) => state === "ended").toReversed();
  const live = calls.filter((call) => !isIncoming(call) && call.state !== "ended");
  const atHand = live.find(({ heard }) => heard) ?? live.at(-1);
  const waiting = live.filter((call) => call !== atHand);

  const heard = live.some((call) => call.heard);

  const [first] = ringing;
  const toSwap = heard ? waiting.find(({ hold }) => hold !== "off") : undefined;
  useShortcuts({
    ...(first === undefined
      ? {}
      : {
          answer: () => act({ do: "answer", call: first.id }),
          decline: () => act({ do: "reject", call: first.id, with: "busy" }),
        }),
    ...(toSwap === undefined ? {} : { swap: () => act({ do: "resume", call: toSwap.id }) }),
  });

  // A card whose buttons give way to others takes the keyboard along instead of dropping it.
  useLayoutEffect(() => {
    if (focusedCall.current === null || document.activeElement !== document.body) {
      return;
    }
    const section = list.current?.querySelector<HTMLElement>(`[data-call="${focusedCall.current}"]`) ?? null;
    if (section === null) {
      focusedCall.current = null;
      onFocusLost();
    } else {
      section.focus();
    }
  }, [calls, onFocusLost]);

  return (
    <div
      ref={list}
      className={styles.list}
      onFocusCapture={({ target }) => {
        focusedCall.current = target.closest<HTMLElement>("[data-call]")?.dataset.call ?? null;
      }}
      onBlurCapture={({ relatedTarget }) => {
        if (relatedTarget !== null) {
          focusedCall.current = null;
        }
      }}
    >
      {atHand !== undefined && (
        <Frame key={atHand.id} call={atHand} className={waiting.length > 0 && atHand.heard ? styles.heard : ""}>
          {(headingId) => (
            <CallCard
              call={atHand}
              headingId={headingId}
              sound={sound}
              amongOthers={waiting.length > 0}
              room={waiting.length > 0 && ringing.length > 0 ? "none" : "full"}
            />
          )}
        </Frame>
      )}
      {waiting.map((call) => (
        <Frame key={call.id} call={call}>
          {(headingId) => <CallRow call={call} headingId={headingId} swaps={heard} first={call === toSwap} />}
        </Frame>
      ))}
      {ringing.map((call) => (
        <Frame
          key={call.id}
          call={call}
          className={mergeClasses(styles.ringing, live.length > 0 && ringing.length === 1 && styles.inSight)}
        >
          {(headingId) => (
            <IncomingCall
              call={call}
              headingId={headingId}
              holdsAnother={heard}
              compact={live.length > 0 || ringing.length > 1}
              first={call === first}
            />
          )}
        </Frame>
      ))}
      {ended.map((call) => (
        <Frame key={call.id} call={call} className={styles.ended}>
          {(headingId) => <EndedCall call={call} headingId={headingId} />}
        </Frame>
      ))}
    </div>
  );
}

interface FrameProps {
  call: UiCall;
  className?: string;
  children: (headingId: string) => ReactNode;
}

/** One call's place in the page: the same element from the first ring to the end. */
function Frame({ call, className, children }: FrameProps) {
  const styles = useStyles();
  const headingId = `call-${call.id}`;
  return (
    <section
      data-call={call.id}
      aria-labelledby={headingId}
      tabIndex={-1}
      className={mergeClasses(styles.frame, className)}
    >
      {children(headingId)}
    </section>
  );
}

const useStyles = makeStyles({
  list: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
  },
  frame: {
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow4,
    outlineStyle: "none",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  ringing: {
    boxShadow: `0 0 0 2px ${tokens.colorBrandStroke1}, ${tokens.shadow16}`,
  },
  inSight: {
    position: "sticky",
    bottom: tokens.spacingVerticalS,
    zIndex: 1,
  },
  heard: {
    boxShadow: `inset 4px 0 0 ${tokens.colorBrandStroke1}, ${tokens.shadow4}`,
  },
  ended: {
    boxShadow: "none",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: "transparent",
  },
});
