import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Pause16Filled } from "@fluentui/react-icons/svg/pause";
import { Speaker216Filled } from "@fluentui/react-icons/svg/speaker";
import { Warning16Filled } from "@fluentui/react-icons/svg/warning";

import type { UiCall } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { useWords } from "../words/words";
import { isHeldByMe, stateWords } from "./words";

/** What a call is doing, in words and a sign: heard, on hold, or on the way. */
export function StatePill({ call }: { call: UiCall }) {
  const styles = useStyles();
  const words = useWords();
  const troubled = call.interrupted || call.recovering;
  const waits = !troubled && (isHeldByMe(call) || call.heldByThem);
  return (
    <span className={mergeClasses(styles.pill, (waits || troubled) && styles.held)}>
      {troubled ? <Warning16Filled aria-hidden /> : waits ? <Pause16Filled aria-hidden /> : call.heard && call.state === "active" && <Speaker216Filled aria-hidden />}
      <span data-testid="call-state">{stateWords(words, call)}</span>
      {!troubled && isHeldByMe(call) && call.heldSinceMs !== null && <Elapsed sinceMs={call.heldSinceMs} />}
    </span>
  );
}

const useStyles = makeStyles({
  pill: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXXS,
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorBrandForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
    "& svg": { flexShrink: 0 },
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  held: {
    backgroundColor: tokens.colorPaletteMarigoldBackground2,
    color: tokens.colorPaletteMarigoldForeground2,
  },
});
