import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useLayoutEffect, useRef, type ReactNode } from "react";

import { useAct } from "../host/HostContext";
import type { UiCall, UiDevice } from "../ipc/bindings";
import { useShortcuts } from "../shared/shortcuts";
import { CallCard } from "./CallCard";
import { CallRow } from "./CallRow";
import { EndedCall } from "./EndedCall";
import { IncomingCall } from "./IncomingCall";
import { isIncoming } from "./words";

interface CallsProps {
  calls: readonly UiCall[];
  microphone: UiDevice;
  /** Where the keyboard goes when the call it was on is gone. */
  onFocusLost: () => void;
}

/** Every call: what rings first, then the one at hand, then those that wait, then those that are over. */
export function Calls({ calls, microphone, onFocusLost }: CallsProps) {
  const styles = useStyles();
  const { act } = useAct();
  const list = useRef<HTMLDivElement>(null);
  const focusedCall = useRef<string | null>(null);

  const ringing = calls.filter(isIncoming);
  const ended = calls.filter(({ state }) => state === "ended").toReversed();
  const live = calls.filter((call) => !isIncoming(call) && call.state !== "ended");
  const atHand = live.find(({ heard }) => heard) ?? live.at(-1);
  const waiting = live.filter((call) => call !== atHand);

  const [first] = ringing;
  useShortcuts(
    first === undefined
      ? {}
      : {
          answer: () => act({ do: "answer", call: first.id }),
          decline: () => act({ do: "reject", call: first.id, with: "busy" }),
        },
  );

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
      {ringing.map((call) => (
        <Frame key={call.id} call={call} className={styles.ringing}>
          {(headingId) => <IncomingCall call={call} headingId={headingId} waiting={live.some(({ heard }) => heard)} />}
        </Frame>
      ))}
      {atHand !== undefined && (
        <Frame key={atHand.id} call={atHand}>
          {(headingId) => <CallCard call={atHand} headingId={headingId} microphone={microphone} dense={ringing.length + waiting.length > 0} />}
        </Frame>
      )}
      {waiting.map((call) => (
        <Frame key={call.id} call={call}>
          {(headingId) => <CallRow call={call} headingId={headingId} />}
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
  ended: {
    boxShadow: "none",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: "transparent",
  },
});
