import {
  makeStyles,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  tokens,
} from "@fluentui/react-components";
import { createContext, useContext, useEffect, useId, type Dispatch, type ReactElement, type SetStateAction } from "react";

import type { UiSound } from "../ipc/bindings";
import { SoundMenu } from "./SoundMenu";

/** Where the devices can be opened from. */
export type SoundPlace = "bar" | "call";

/** The devices, and where they are shown now. */
export interface SoundShown {
  readonly sound: UiSound;
  /** Who manages the phone, where that is known. */
  readonly managedBy: string | null;
  readonly openAt: SoundPlace | null;
  readonly setOpenAt: Dispatch<SetStateAction<SoundPlace | null>>;
}

export const SoundContext = createContext<SoundShown | null>(null);

/** The devices in a popover on the button in `children`. */
export function SoundPopover({ at, children }: { at: SoundPlace; children: ReactElement }) {
  const styles = useStyles();
  const headingId = useId();
  const shown = useContext(SoundContext);
  const setOpenAt = shown?.setOpenAt;
  // The button goes with its call: the next call's would open by itself.
  useEffect(() => () => setOpenAt?.((now) => (now === at ? null : now)), [setOpenAt, at]);
  if (shown === null) {
    return null;
  }
  return (
    <Popover
      trapFocus
      open={shown.openAt === at}
      onOpenChange={(_, { open }) => shown.setOpenAt(open ? at : null)}
      positioning={{ position: "below", align: "end", autoSize: "height-always", overflowBoundaryPadding: 8 }}
    >
      <PopoverTrigger disableButtonEnhancement>{children}</PopoverTrigger>
      <PopoverSurface aria-labelledby={headingId} className={styles.surface}>
        <SoundMenu sound={shown.sound} managedBy={shown.managedBy} headingId={headingId} />
      </PopoverSurface>
    </Popover>
  );
}

const useStyles = makeStyles({
  surface: {
    boxSizing: "border-box",
    width: "min(360px, calc(100vw - 16px))",
    overflowY: "auto",
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    borderRadius: tokens.borderRadiusXLarge,
    userSelect: "none",
  },
});
