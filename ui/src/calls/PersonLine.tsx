import { Avatar, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Pause16Filled } from "@fluentui/react-icons/svg/pause";
import { Speaker216Filled } from "@fluentui/react-icons/svg/speaker";
import type { ReactNode } from "react";

import type { UiCall, UiParty } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { CustomerTag } from "./CustomerTag";

interface PersonLineProps {
  id: string;
  /** The first of a card names it. */
  first?: boolean;
  party: UiParty;
  /** Their call, if they have one with the agent. */
  call: UiCall | undefined;
  /** What they are here. */
  part?: string;
  /** How they stand to the agent, in a few words. */
  state: string;
  /** Heard: the agent talks with them. Waiting: they are on hold. */
  mood: "heard" | "waiting" | "other";
  /** What they hear now. */
  hears?: string;
  /** What can be done about them. */
  children?: ReactNode;
}

/** One of several people on a card: who, how they stand to the agent, what they hear, and since when. */
export function PersonLine({ id, first, party, call, part, state, mood, hears, children }: PersonLineProps) {
  const styles = useStyles();
  const Heading = first === true ? "h2" : "h3";
  return (
    <div className={mergeClasses(styles.line, mood === "heard" && styles.heard)}>
      <span className={styles.avatar}>
        <Avatar name={party.name ?? ""} size={40} color="brand" aria-hidden />
      </span>
      <div className={styles.who}>
        <div className={styles.top}>
          <Heading id={id} className={styles.name} title={party.name ?? party.number}>
            <bdi>{party.name ?? party.number}</bdi>
          </Heading>
          {call !== undefined && (
            <Elapsed
              sinceMs={call.answeredAtMs ?? call.startedAtMs}
              {...(call.ending === null ? {} : { untilMs: call.ending.atMs })}
              className={styles.timer}
            />
          )}
        </div>
        {(part !== undefined || party.name !== null) && (
          <p className={styles.number}>
            {part}
            {part !== undefined && party.name !== null && " · "}
            {party.name !== null && <bdi>{party.number}</bdi>}
          </p>
        )}
        <div className={styles.state}>
          {first === true && call !== undefined && <CustomerTag customer={call.customer} />}
          <span className={mergeClasses(styles.pill, mood === "heard" && styles.bright, mood === "waiting" && styles.held)}>
            {mood === "heard" ? <Speaker216Filled aria-hidden /> : mood === "waiting" && <Pause16Filled aria-hidden />}
            <span data-testid="call-state">{state}</span>
            {mood === "waiting" && typeof call?.heldSinceMs === "number" && <Elapsed sinceMs={call.heldSinceMs} />}
          </span>
          {hears !== undefined && hears !== "" && <span className={styles.hears}>{hears}</span>}
        </div>
      </div>
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </div>
  );
}

const useStyles = makeStyles({
  line: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "flex-start",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  heard: {
    border: `1px solid ${tokens.colorBrandStroke1}`,
    boxShadow: `inset 3px 0 0 ${tokens.colorBrandStroke1}`,
  },
  avatar: {
    display: "grid",
    flexShrink: 0,
    // Large letters in a small window: the words come first.
    "@media (max-width: 299px)": { display: "none" },
  },
  who: {
    flexGrow: 1,
    flexBasis: "130px",
    minWidth: 0,
    userSelect: "text",
  },
  top: {
    display: "flex",
    alignItems: "baseline",
    justifyContent: "space-between",
    gap: tokens.spacingHorizontalS,
  },
  name: {
    margin: 0,
    minWidth: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    "@media (max-width: 359px)": { whiteSpace: "normal", overflowWrap: "anywhere" },
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  timer: {
    flexShrink: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontVariantNumeric: "tabular-nums",
  },
  number: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  state: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalS,
    rowGap: "2px",
    marginTop: tokens.spacingVerticalXS,
    userSelect: "none",
  },
  pill: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXXS,
    padding: `0 ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground5,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    "& svg": { flexShrink: 0 },
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  bright: {
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorBrandForeground2,
  },
  held: {
    backgroundColor: tokens.colorPaletteMarigoldBackground2,
    color: tokens.colorPaletteMarigoldForeground2,
  },
  hears: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
  actions: {
    display: "flex",
    flexShrink: 0,
    alignItems: "center",
    alignSelf: "center",
    marginInlineStart: "auto",
    gap: tokens.spacingHorizontalXS,
    ":empty": { display: "none" },
  },
});
