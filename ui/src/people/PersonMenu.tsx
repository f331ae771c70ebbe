import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover } from "@fluentui/react-components";
import { Call20Regular } from "@fluentui/react-icons/svg/call";
import { CallTransfer20Regular } from "@fluentui/react-icons/svg/call-transfer";
import { PersonChat20Regular } from "@fluentui/react-icons/svg/person-chat";
import { Star20Regular } from "@fluentui/react-icons/svg/star";

import type { UiPerson } from "../ipc/bindings";
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
  const refused = whyNot(person, hand);
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
                subText={refused ?? `Call them, say a word, then connect ${hand.who}`}
                disabled={disabled}
                onClick={() => onWay("handOver")}
              >
                Hand over
              </MenuItem>
              <MenuItem
                icon={<PersonChat20Regular />}
                subText={refused ?? "Talk to them first, then decide"}
                disabled={disabled}
                onClick={() => onWay("ask")}
              >
                Ask first
              </MenuItem>
            </>
          )}
          <MenuItem
            icon={<Call20Regular />}
            subText={person.number === null ? "No number is known" : hand.kind === "nobody" ? person.number : "A call of its own"}
            disabled={person.number === null}
            onClick={() => onWay("call")}
          >
            Call
          </MenuItem>
          <MenuDivider />
          <MenuItem icon={<Star20Regular />} onClick={onStar}>
            {person.favourite ? "Take off favourites" : "Add to favourites"}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
