import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { MoreHorizontal20Regular } from "@fluentui/react-icons/svg/more-horizontal";
import { useState } from "react";

import { useWords } from "../words/words";

interface HistoryMenuProps {
  /** A call rings: nothing may lie over it. */
  ringing: boolean;
  onExport: () => void;
}

/** What can be done with all calls that are listed. */
export function HistoryMenu({ ringing, onExport }: HistoryMenuProps) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  // It must not come back after the call.
  if (open && ringing) {
    setOpen(false);
  }
  return (
    <Menu open={open} onOpenChange={(_, data) => setOpen(data.open && !ringing)} positioning={{ position: "below", align: "end" }}>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" size="small" icon={<MoreHorizontal20Regular />} aria-label={say("recents.menu")} title={say("recents.menu")} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem subText={say("recents.exportHint")} onClick={onExport}>
            {say("recents.export")}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
