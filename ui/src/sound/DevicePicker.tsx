import {
  makeStyles,
  Menu,
  MenuButton,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  tokens,
} from "@fluentui/react-components";

import { useAct } from "../host/HostContext";
import type { UiDevice, UiDeviceChoice, UiDeviceRole } from "../ipc/bindings";
import { useWords } from "../words/words";
import { choiceWords, defaultWords, roleWords } from "./words";

interface DevicePickerProps {
  part: UiDeviceRole;
  device: UiDevice;
  /** None while they are being listed. */
  choices: readonly UiDeviceChoice[] | null;
}

/** Which device plays a part: one of those there are, or whatever the system takes. */
export function DevicePicker({ part, device, choices }: DevicePickerProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const chosen = choices === null ? say("sound.looking") : choiceWords(words, device, choices);
  const defaultName = choices?.find(({ isDefault }) => isDefault)?.name ?? null;
  const gone = device.chosen !== null && choices?.some(({ id }) => id === device.chosen) === false;
  return (
    <Menu
      positioning="below-start"
      checkedValues={{ device: [device.chosen ?? DEFAULT] }}
      onCheckedValueChange={(_, { checkedItems: [id] }) => {
        if (id !== undefined && id !== device.chosen) {
          act({ do: "chooseDevice", role: part, id: id === DEFAULT ? null : id });
        }
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <MenuButton className={styles.button} aria-label={say("shared.labelled", { label: say(roleWords[part]), text: chosen })} disabledFocusable={choices === null}>
          <span className={styles.words}>{chosen}</span>
        </MenuButton>
      </MenuTrigger>
      <MenuPopover className={styles.menu}>
        <MenuList>
          <MenuItemRadio name="device" value={DEFAULT}>
            {defaultWords(words, defaultName)}
          </MenuItemRadio>
          {choices?.map(({ id, name }) => (
            <MenuItemRadio key={id} name="device" value={id}>
              {name}
            </MenuItemRadio>
          ))}
          {gone && device.chosen !== null && (
            <MenuItemRadio name="device" value={device.chosen}>
              {say("sound.chosenMissing")}
            </MenuItemRadio>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** No id of a device is empty. */
const DEFAULT = "";

const useStyles = makeStyles({
  button: {
    width: "100%",
    minWidth: 0,
    justifyContent: "space-between",
    fontWeight: tokens.fontWeightRegular,
  },
  words: {
    minWidth: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    textAlign: "start",
  },
  menu: {
    maxWidth: "min(340px, calc(100vw - 24px))",
  },
});
