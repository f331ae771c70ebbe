import type { UiTextSize } from "../ipc/bindings";
import { useAct } from "../host/HostContext";
import { offered, useOffers } from "./offers";
import { useWords, type WordId } from "../words/words";

/** How large everything in the window can be, in order, and what that is called. */
export const textSizes: Readonly<Record<UiTextSize, WordId>> = {
  usual: "settings.textSize.usual",
  large: "settings.textSize.large",
  larger: "settings.textSize.larger",
  largest: "settings.textSize.largest",
};

export const TEXT_SIZES = Object.keys(textSizes) as readonly UiTextSize[];

/** Makes everything larger and smaller by keys, whatever the window shows. */
export function TextSizeKeys({ size }: { size: UiTextSize }) {
  const { say } = useWords();
  const { act } = useAct();
  const at = TEXT_SIZES.indexOf(size);
  const to = (what: string, wanted: UiTextSize | undefined, whyNot: string) =>
    offered(
      what,
      () => {
        if (wanted !== undefined) {
          act({ do: "setTextSize", size: wanted });
        }
      },
      wanted === undefined ? whyNot : undefined,
    );
  useOffers({
    larger: to(say("settings.textSize.up"), TEXT_SIZES[at + 1], say("settings.textSize.isLargest")),
    smaller: to(say("settings.textSize.down"), TEXT_SIZES[at - 1], say("settings.textSize.isUsual")),
    usualSize: to(say("settings.textSize.back"), size === "usual" ? undefined : "usual", say("settings.textSize.isUsual")),
  });
  return null;
}
