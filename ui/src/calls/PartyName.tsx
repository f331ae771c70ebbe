import { Avatar, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

import type { UiCall } from "../ipc/bindings";
import { CustomerTag } from "./CustomerTag";
import { partyWords } from "./words";

interface PartyProps {
  call: UiCall;
  id: string;
  /** Little room. */
  compact?: boolean;
  /** Calls for attention. */
  ringing?: boolean;
  /** What else is to be said of the call, below. */
  children?: ReactNode;
}

/** Who is at the other end, large, with the number below the name. */
export function PartyName({ call, id, compact, ringing, children }: PartyProps) {
  const styles = useStyles();
  return (
    <div className={styles.head}>
      <span className={mergeClasses(styles.avatar, ringing === true && styles.ringing)}>
        <Avatar name={call.party.name ?? ""} size={compact === true ? 40 : 56} color="brand" aria-hidden />
      </span>
      <div className={styles.party}>
        <h2 id={id} className={mergeClasses(styles.name, compact === true && styles.smaller)}>
          <bdi>{partyWords(call)}</bdi>
        </h2>
        {call.party.name !== null && (
          <p className={styles.number}>
            <bdi>{call.party.number}</bdi>
          </p>
        )}
        <CustomerTag customer={call.customer} />
        {children}
      </div>
    </div>
  );
}

const useStyles = makeStyles({
  head: {
    display: "flex",
    gap: tokens.spacingHorizontalL,
  },
  avatar: {
    display: "grid",
    flexShrink: 0,
    alignSelf: "flex-start",
    // Large letters in a small window: the words come first.
    "@media (max-width: 299px)": { display: "none" },
    borderRadius: tokens.borderRadiusCircular,
  },
  ringing: {
    animationName: {
      from: { boxShadow: `0 0 0 0 color-mix(in srgb, ${tokens.colorBrandStroke1} 55%, transparent)` },
      "60%": { boxShadow: "0 0 0 12px transparent" },
      to: { boxShadow: "0 0 0 12px transparent" },
    },
    animationDuration: "1.6s",
    animationIterationCount: "infinite",
    "@media (prefers-reduced-motion: reduce)": { animationName: "none" },
    // Shadows are not drawn in high contrast.
    "@media (forced-colors: active)": { outline: "2px solid Highlight" },
  },
  party: {
    minWidth: 0,
    flexGrow: 1,
    overflowWrap: "anywhere",
    userSelect: "text",
  },
  name: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  smaller: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
  },
  number: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
  },
});
