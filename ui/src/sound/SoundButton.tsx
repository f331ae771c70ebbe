import { Button, Tooltip } from "@fluentui/react-components";
import { Headphones20Regular } from "@fluentui/react-icons/svg/headphones";

import { ariaShortcut, shortcutLabel } from "../shared/shortcuts";
import { SoundPopover } from "./SoundPopover";

/** Opens the devices from the bar at the top. */
export function SoundButton() {
  return (
    <SoundPopover at="bar">
      <Tooltip content={`Sound: microphone, speaker and ring (${shortcutLabel("sound")})`} relationship="description">
        <Button
          appearance="subtle"
          icon={<Headphones20Regular />}
          aria-label="Sound settings"
          aria-keyshortcuts={ariaShortcut("sound")}
        />
      </Tooltip>
    </SoundPopover>
  );
}
