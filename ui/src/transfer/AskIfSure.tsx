import { Button } from "@fluentui/react-components";
import { useEffect, useId, useRef } from "react";

import { Note } from "../calls/Note";
import type { UiSuspicion } from "../ipc/bindings";
import { useWords } from "../words/words";
import { suspicionWords } from "./troubleWords";

interface AskIfSureProps {
  /** Why it may be a machine. */
  suspicion: UiSuspicion;
  /** Who would be handed over to it. */
  who: string;
  onSure: () => void;
  onNotYet: () => void;
}

/** Asked in place before a customer is handed over to what may be a machine. */
export function AskIfSure({ suspicion, who, onSure, onNotYet }: AskIfSureProps) {
  const words = useWords();
  const { say } = words;
  const id = useId();
  const safe = useRef<HTMLButtonElement>(null);
  useEffect(() => safe.current?.focus(), []);
  return (
    <div role="group" aria-labelledby={id}>
      <Note id={id} tone="warning" words={suspicionWords(words, suspicion)} advice={say("transfer.askIfSure", { who })}>
        <Button ref={safe} appearance="primary" aria-describedby={id} onClick={onNotYet}>
          {say("transfer.notYet")}
        </Button>
        <Button aria-describedby={id} onClick={onSure}>
          {say("transfer.connectAnyway")}
        </Button>
      </Note>
    </div>
  );
}
