import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover } from "@fluentui/react-components";
import { Call20Regular } from "@fluentui/react-icons/svg/call";
import { CallTransfer20Regular } from "@fluentui/react-icons/svg/call-transfer";
import { PersonChat20Regular } from "@fluentui/react-icons/svg/person-chat";
import { Star20Regular } from "@fluentui/react-icons/svg/star";

import type { UiPerson } from "../ipc/bindings";
import { useWords } from "../words/words";
import { whyNot, type InHand } from "./words";

/** How somebody is brought in. */
export type Way = "handOver" | "ask" | "call";

interface PersonMenuProps {
  person: UiPerson;
  /** What it hangs on. */
  target: HTMLElement;
  hand: InHand;
  onWay: (way: Way) => void;
  onStar: () => void;
  onClose: () => void;
}

/** Every way to bring somebody in. */
export function PersonMenu({ person, target, hand, onWay, onStar, onClose }: PersonMenuProps) {
  const words = useWords();
  const { say } = words;
  const refused = whyNot(words, person, hand);
  const disabled = refused !== null;
  return (
    <Menu
      open
      onOpenChange={(_, { open }) => {
        if (!open) {
          onClose();
        }
      }}
      positioning={{ target, position: "below", align: "end" }}
    >
      <MenuPopover>
        <MenuList aria-label={person.name}>
          {hand.kind !== "nobody" && (
            <>
              <MenuItem
                icon={<CallTransfer20Regular />}
                subText={refused ?? say("people.handOverHint", { who: hand.who })}
                disabled={disabled}
                onClick={() => onWay("handOver")}
              >
                {say("transfer.handOver")}
              </MenuItem>
              <MenuItem
                icon={<PersonChat20Regular />}
                subText={refused ?? say("people.askFirstHint")}
                disabled={disabled}
                onClick={() => onWay("ask")}
              >
                {say("transfer.askFirst")}
              </MenuItem>
            </>
          )}
          <MenuItem
            icon={<Call20Regular />}
            subText={person.number === null ? say("people.noNumberKnown") : hand.kind === "nobody" ? person.number : say("people.callOwn")}
            disabled={person.number === null}
            onClick={() => onWay("call")}
          >
            {say("dial.call")}
          </MenuItem>
          <MenuDivider />
          <MenuItem icon={<Star20Regular />} onClick={onStar}>
            {say(person.favourite ? "people.favourite.off" : "people.favourite.add")}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
