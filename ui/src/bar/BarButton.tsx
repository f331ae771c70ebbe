import { Button, makeStyles, mergeClasses, tokens, Tooltip } from "@fluentui/react-components";
import type { ReactElement, RefObject } from "react";

import type { Shortcut } from "../shared/actions";
import type { Offered } from "../shared/offers";
import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { useWords } from "../words/words";

interface BarButtonProps {
  offer: Offered;
  icon: ReactElement;
  shortcut?: Shortcut | undefined;
  /** Shown as switched on. */
  on?: boolean;
  /** Ends something. */
  danger?: boolean;
  /** Takes a call. */
  good?: boolean;
  ref?: RefObject<HTMLButtonElement | null>;
}

/** A button of the bar: it keeps its place, and says why it is not possible. */
export function BarButton({ offer: { what, run, whyNot, tooSoon }, icon, shortcut, on, danger, good, ref }: BarButtonProps) {
  const styles = useStyles();
  const words = useWords();
  const hint = whyNot ?? (shortcut === undefined ? what : withKeys(words, what, shortcut));
  return (
    <Tooltip content={hint} relationship="description">
      <Button
        ref={ref}
        appearance={on === true ? "primary" : "subtle"}
        className={mergeClasses(whyNot === undefined && danger === true && styles.danger, good === true && styles.good)}
        icon={icon}
        aria-label={what}
        aria-keyshortcuts={shortcut === undefined ? undefined : ariaShortcut(shortcut)}
        disabledFocusable={whyNot !== undefined}
        // It looks as it will in a moment.
        {...(tooSoon === true ? { "aria-disabled": true } : {})}
        onClick={run}
      />
    </Tooltip>
  );
}

const useStyles = makeStyles({
  danger: {
    color: tokens.colorStatusDangerForeground1,
    "@media (forced-colors: active)": { color: "ButtonText" },
  },
  good: {
    backgroundColor: tokens.colorStatusSuccessBackground3,
    color: tokens.colorNeutralForegroundStaticInverted,
    ":hover": { backgroundColor: tokens.colorStatusSuccessBackground3, color: tokens.colorNeutralForegroundStaticInverted },
    "@media (forced-colors: active)": { border: "1px solid ButtonText" },
  },
});
