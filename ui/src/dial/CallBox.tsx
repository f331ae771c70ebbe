import { Button, makeStyles } from "@fluentui/react-components";
import { Call20Filled } from "@fluentui/react-icons/svg/call";
import { useId, useState, type RefObject } from "react";

import { sentences } from "../calls/words";
import { asUiError } from "../host/host";
import { useAct } from "../host/HostContext";
import type { UiLine } from "../ipc/bindings";
import { useWords } from "../words/words";
import { useDialling } from "./DialContext";
import { DialField } from "./DialField";
import { LinePicker } from "./LinePicker";

interface CallBoxProps {
  /** Where the keyboard goes. */
  field: RefObject<HTMLInputElement | null>;
  /** The lines of an agent who serves several customers. */
  lines: readonly UiLine[];
}

/** A number to type or somebody to find among recent calls, and call. */
export function CallBox({ field, lines }: CallBoxProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { fail } = useAct();
  const dialling = useDialling();
  const { host } = dialling;
  const lineId = useId();
  const [text, setText] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [wanted, setWanted] = useState<number | null>(null);
  const chosen = lines.length > 1 ? (lines.find(({ line }) => line === wanted) ?? lines[0]) : undefined;
  const reachable = chosen === undefined ? dialling.reachable : chosen.registration.reachability === "reachable";

  const call = async (to: string) => {
    if (!reachable) {
      setFault(say("dial.cannotCall"));
      return;
    }
    try {
      await host.act({ do: "dial", to, ...(chosen === undefined ? {} : { line: chosen.line }) });
      setText((now) => (now === text ? "" : now));
    } catch (thrown) {
      const error = asUiError(words, thrown);
      if (error.code === "badNumber") {
        setFault(sentences(words, error.message, error.advice ?? null));
      } else {
        fail(error);
      }
    }
  };

  return (
    <div className={styles.box} role="search" aria-label={say("dial.makeCall")}>
      {chosen !== undefined && <LinePicker lines={lines} line={chosen.line} onLine={setWanted} />}
      <DialField
        field={field}
        label={say("dial.number")}
        shortcut="number"
        text={text}
        onText={(value) => {
          setText(value);
          setFault(null);
        }}
        known={text.trim() !== "" && !reachable ? say("dial.cannotCall") : null}
        fault={fault}
        enterWords={(who) => say("dial.enterCalls", { who })}
        onEnter={(selection) => void call(selection?.party.address ?? text)}
        onPick={({ party }) => void call(party.address)}
        lineId={lineId}
      >
        <Button
          appearance={reachable ? "primary" : "secondary"}
          size="large"
          icon={<Call20Filled />}
          className={styles.call}
          aria-describedby={reachable ? undefined : lineId}
          onClick={() => void call(text)}
        >
          {say("dial.call")}
        </Button>
      </DialField>
    </div>
  );
}

const useStyles = makeStyles({
  box: {
    position: "relative",
    // The line below has its room already.
    marginBottom: "-8px",
  },
  call: {
    minWidth: 0,
    flexShrink: 0,
  },
});
