import { Button, Tooltip } from "@fluentui/react-components";
import { Headphones20Regular } from "@fluentui/react-icons/svg/headphones";

import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { useWords } from "../words/words";
import { SoundPopover } from "./SoundPopover";

/** Opens the devices from the bar at the top. */
export function SoundButton() {
  const words = useWords();
  const { say } = words;
  return (
    <SoundPopover at="bar">
      <Tooltip content={withKeys(words, say("sound.settingsHint"), "sound")} relationship="description">
        <Button
          appearance="subtle"
          icon={<Headphones20Regular />}
          aria-label={say("sound.settings")}
          aria-keyshortcuts={ariaShortcut("sound")}
        />
      </Tooltip>
    </SoundPopover>
  );
}
