import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useLayoutEffect, useRef } from "react";

import { GroupCard } from "../group/GroupCard";
import type { UiSnapshot, UiSound } from "../ipc/bindings";
import { TransferCard } from "../transfer/TransferCard";
import { CallCard } from "./CallCard";
import { CallRow } from "./CallRow";
import { callsOf, keyOf, type Conversation } from "./conversations";
import { EndedCall } from "./EndedCall";
import { Frame } from "./Frame";
import { IncomingCall } from "./IncomingCall";
import { isHeard, useConversations } from "./useConversations";
import { partyWords } from "./words";

interface CallsProps extends Pick<UiSnapshot, "calls" | "transfers" | "group"> {
  sound: UiSound;
  /** Where the keyboard goes when the call it was on is gone. */
  onFocusLost: () => void;
}

/**
 * Every conversation: the one at hand, those that wait, what rings, and those that are over. What rings
 * comes first if there is nothing else, and below the others if there is, so that no button moves under
 * the pointer of somebody who is talking; there it stays in sight.
 */
export function Calls({ calls, transfers, group, sound, onFocusLost }: CallsProps) {
  const styles = useStyles();
  const list = useRef<HTMLDivElement>(null);
  const focusedCalls = useRef<readonly string[]>([]);

  const { live, ringing, ended, atHand, waiting, heard, toSwap, mergeInto, merging, moved } = useConversations({ calls, transfers, group });
  const [first] = ringing;

  // A card whose buttons give way to others takes the keyboard along instead of dropping it.
  useLayoutEffect(() => {
    if (focusedCalls.current.length === 0 || document.activeElement !== document.body) {
      return;
    }
    const any = focusedCalls.current.map((id) => `[data-call~="${id}"]`).join(", ");
    const section = list.current?.querySelector<HTMLElement>(any) ?? null;
    if (section === null) {
      focusedCalls.current = [];
      onFocusLost();
    } else {
      section.focus();
    }
  }, [calls, transfers, group, onFocusLost]);

  const card = (conversation: Conversation, isAtHand: boolean) => {
    const headingId = `call-${keyOf(conversation)}`;
    const room = waiting.length > 0 && ringing.length > 0 ? "none" : "full";
    switch (conversation.kind) {
      case "transfer":
        return <TransferCard conversation={conversation} headingId={headingId} sound={sound} atHand={isAtHand} room={isAtHand ? room : "none"} />;
      case "group":
        return (
          <GroupCard
            conversation={conversation}
            headingId={headingId}
            sound={sound}
            atHand={isAtHand}
            takesIn={!isAtHand && atHand?.kind === "call" && mergeInto !== undefined ? atHand.call : undefined}
          />
        );
      case "call":
        return isAtHand ? (
          <CallCard call={conversation.call} headingId={headingId} sound={sound} amongOthers={waiting.length > 0} moved={moved} room={room} />
        ) : (
          <CallRow
            call={conversation.call}
            headingId={headingId}
            swaps={heard}
            moved={moved}
            first={conversation === toSwap}
            firstToMerge={conversation === merging}
            mergeWith={
              mergeInto === undefined || atHand === undefined
                ? undefined
                : {
                    call: mergeInto,
                    who: atHand.kind === "call" ? partyWords(atHand.call) : null,
                  }
            }
          />
        );
    }
  };

  return (
    <div
      ref={list}
      className={styles.list}
      onFocusCapture={({ target }) => {
        focusedCalls.current = target.closest<HTMLElement>("[data-call]")?.dataset.call?.split(" ") ?? [];
      }}
      onBlurCapture={({ relatedTarget }) => {
        if (relatedTarget !== null) {
          focusedCalls.current = [];
        }
      }}
    >
      {(atHand === undefined ? waiting : [atHand, ...waiting]).map((conversation) => (
        <Frame
          key={keyOf(conversation)}
          calls={callsOf(conversation).map(({ id }) => id)}
          labelledBy={labelOf(conversation)}
          className={conversation === atHand && waiting.length > 0 && isHeard(conversation) ? styles.heard : ""}
        >
          {card(conversation, conversation === atHand)}
        </Frame>
      ))}
      {ringing.map((call) => (
        <Frame
          key={call.id}
          calls={[call.id]}
          labelledBy={`call-${call.id}`}
          className={mergeClasses(styles.ringing, live.length > 0 && ringing.length === 1 && styles.inSight)}
        >
          <IncomingCall
            call={call}
            headingId={`call-${call.id}`}
            holdsAnother={heard}
            compact={live.length > 0 || ringing.length > 1}
            first={call === first}
          />
        </Frame>
      ))}
      {ended.map((call) => (
        <Frame key={call.id} calls={[call.id]} labelledBy={`call-${call.id}`} className={styles.ended}>
          <EndedCall call={call} headingId={`call-${call.id}`} />
        </Frame>
      ))}
    </div>
  );
}

function labelOf(conversation: Conversation): string {
  const heading = `call-${keyOf(conversation)}`;
  return conversation.kind === "transfer" ? `${heading} ${heading}-expert` : heading;
}

const useStyles = makeStyles({
  list: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
  },
  ringing: {
    boxShadow: `0 0 0 2px ${tokens.colorBrandStroke1}, ${tokens.shadow16}`,
    // Shadows are not drawn in high contrast.
    "@media (forced-colors: active)": { outline: "2px solid Highlight" },
  },
  inSight: {
    position: "sticky",
    bottom: tokens.spacingVerticalS,
    zIndex: 1,
  },
  heard: {
    boxShadow: `inset 4px 0 0 ${tokens.colorBrandStroke1}, ${tokens.shadow4}`,
    "@media (forced-colors: active)": {
      borderInlineStartWidth: "4px",
      borderInlineStartStyle: "solid",
      borderInlineStartColor: "Highlight",
    },
  },
  ended: {
    boxShadow: "none",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: "transparent",
  },
});
