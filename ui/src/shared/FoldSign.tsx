import { ChevronDown16Regular } from "@fluentui/react-icons/svg/chevron-down";
import { ChevronLeft16Regular } from "@fluentui/react-icons/svg/chevron-left";
import { ChevronRight16Regular } from "@fluentui/react-icons/svg/chevron-right";

import { useWords } from "../words/words";

/** Beside what can be folded. Folded, it points the way that lines run: the library does not turn this one. */
export function FoldSign({ open }: { open: boolean }) {
  const { direction } = useWords();
  if (open) {
    return <ChevronDown16Regular />;
  }
  return direction === "rtl" ? <ChevronLeft16Regular /> : <ChevronRight16Regular />;
}
