import { makeStyles, tokens } from "@fluentui/react-components";
import { Building16Regular } from "@fluentui/react-icons/svg/building";

import { useWords } from "../words/words";

/** Whose customer calls, for an agent who serves several. */
export function CustomerTag({ customer }: { customer: string | null }) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    customer !== null && (
      <span className={styles.tag} title={say("calls.forCustomer", { customer })}>
        <Building16Regular aria-hidden />
        <span className={styles.name}>{customer}</span>
      </span>
    )
  );
}

const useStyles = makeStyles({
  tag: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXXS,
    boxSizing: "border-box",
    maxWidth: "100%",
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusCircular,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground1,
    "& svg": { flexShrink: 0 },
  },
  name: {
    minWidth: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
});
