import { Button, type ButtonProps } from "@fluentui/react-components";
import { Checkmark20Regular } from "@fluentui/react-icons/svg/checkmark";
import { Copy20Regular } from "@fluentui/react-icons/svg/copy";
import { useEffect, useState } from "react";

import { useWords } from "../words/words";

interface CopyButtonProps {
  text: string;
  /** What is copied: “Copy link”. */
  label: string;
  size?: ButtonProps["size"];
}

/** Copies a text and says whether it did. The text also stands in the page, to be selected. */
export function CopyButton({ text, label, size = "medium" }: CopyButtonProps) {
  const { say } = useWords();
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (outcome === null) {
      return undefined;
    }
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  return (
    <Button
      size={size}
      icon={outcome === "copied" ? <Checkmark20Regular /> : <Copy20Regular />}
      onClick={() => void copy(text).then(setOutcome)}
    >
      <span aria-live="polite">{outcome === null ? label : say(outcome === "copied" ? "shared.copied" : "shared.selectThenCopy")}</span>
    </Button>
  );
}

async function copy(text: string): Promise<"copied" | "failed"> {
  try {
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    return "failed";
  }
}

const SHOWN_MS = 3_000;
