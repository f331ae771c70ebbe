import { Field, makeStyles, Select } from "@fluentui/react-components";

import type { UiLine } from "../ipc/bindings";
import { useWords } from "../words/words";

interface LinePickerProps {
  lines: readonly UiLine[];
  /** The one that is chosen. */
  line: number;
  onLine: (line: number) => void;
}

/** By which of several lines a call goes out: who is called sees that customer’s number. */
export function LinePicker({ lines, line, onLine }: LinePickerProps) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    <Field label={say("dial.callFor")} orientation="horizontal" size="small" className={styles.field}>
      <Select size="small" value={String(line)} onChange={(_, { value }) => onLine(Number(value))}>
        {lines.map(({ line: id, customer, registration }) => (
          <option key={id} value={String(id)}>
            {registration.reachability === "reachable" ? customer : say("dial.lineUnreachable", { customer })}
          </option>
        ))}
      </Select>
    </Field>
  );
}

const useStyles = makeStyles({
  field: {
    gridTemplateColumns: "auto minmax(0, 1fr)",
    marginBottom: "4px",
  },
});
