import { Button, Field, Input, makeStyles, tokens, Tooltip } from "@fluentui/react-components";
import { Call20Filled } from "@fluentui/react-icons/svg/call";
import { useState, type RefObject, type SubmitEvent } from "react";

import { asUiError, type Host } from "../host/host";
import { useAct } from "../host/HostContext";
import { ariaShortcut, shortcutLabel } from "../shared/shortcuts";

interface CallBoxProps {
  host: Host;
  /** Whether a call can go out now. */
  reachable: boolean;
  /** Where the keyboard goes for a number. */
  field: RefObject<HTMLInputElement | null>;
}

/** A number to type and call. What is wrong with it stands under it. */
export function CallBox({ host, reachable, field }: CallBoxProps) {
  const styles = useStyles();
  const { fail } = useAct();
  const [number, setNumber] = useState("");
  const [fault, setFault] = useState<string | null>(null);

  const call = async () => {
    if (!reachable) {
      setFault("You can call as soon as you are reachable again.");
      return;
    }
    try {
      await host.act({ do: "dial", to: number });
      setNumber("");
    } catch (thrown) {
      const error = asUiError(thrown);
      if (error.code === "badNumber") {
        setFault(error.message);
      } else {
        fail(error);
      }
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void call();
  };

  return (
    <form onSubmit={submit} className={styles.box} role="search" aria-label="Make a call">
      <Field
        className={styles.field}
        {...(fault === null ? {} : { validationMessage: fault, validationState: "error" as const })}
      >
        <Tooltip content={`Number to call (${shortcutLabel("number")})`} relationship="description">
          <Input
            ref={field}
            size="large"
            type="tel"
            autoComplete="off"
            spellCheck={false}
            aria-label="Number to call"
            aria-keyshortcuts={ariaShortcut("number")}
            placeholder="Number or SIP address"
            value={number}
            onChange={(_, { value }) => {
              setNumber(value);
              setFault(null);
            }}
          />
        </Tooltip>
      </Field>
      <Button type="submit" appearance="primary" size="large" icon={<Call20Filled />} className={styles.call}>
        Call
      </Button>
    </form>
  );
}

const useStyles = makeStyles({
  box: {
    display: "flex",
    alignItems: "flex-start",
    gap: tokens.spacingHorizontalS,
  },
  field: {
    flexGrow: 1,
    minWidth: 0,
  },
  call: {
    minWidth: "0",
    flexShrink: 0,
  },
});
