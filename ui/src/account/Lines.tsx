import { makeStyles, PresenceBadge, tokens } from "@fluentui/react-components";

import type { UiLine } from "../ipc/bindings";
import { useWords } from "../words/words";
import { presence } from "./presence";
import { reachabilityWords } from "./words";

/** The lines of an agent who serves several customers, and whether calls come in on each. */
export function Lines({ lines }: { lines: readonly UiLine[] }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  return (
    <ul className={styles.lines} aria-label={say("account.lines")}>
      {lines.map(({ line, customer, registration }) => (
        <li key={line} className={styles.line} title={registration.address}>
          <PresenceBadge size="extra-small" status={presence[registration.reachability]} aria-hidden />
          <span className={styles.customer}>{customer}</span>
          <span className={styles.words}>{reachabilityWords(words, registration.reachability)}</span>
        </li>
      ))}
    </ul>
  );
}

const useStyles = makeStyles({
  lines: {
    display: "flex",
    flexWrap: "wrap",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    margin: 0,
    padding: `0 ${tokens.spacingHorizontalL} ${tokens.spacingVerticalXS}`,
    listStyleType: "none",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    "@media (max-width: 359px)": { paddingInline: tokens.spacingHorizontalM },
  },
  line: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    minWidth: 0,
  },
  customer: {
    minWidth: 0,
    overflowWrap: "anywhere",
    fontWeight: tokens.fontWeightSemibold,
  },
  words: {
    color: tokens.colorNeutralForeground2,
  },
});
