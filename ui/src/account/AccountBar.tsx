import { Avatar, makeStyles, Subtitle2, tokens, type PresenceBadgeStatus } from "@fluentui/react-components";

import type { UiReachability, UiRegistration } from "../ipc/bindings";

/** Who the agent is and whether calls can reach them, in words and not by colour alone. */
export function AccountBar({ registration }: { registration: UiRegistration }) {
  const styles = useStyles();
  return (
    <header className={styles.bar}>
      <Avatar name={registration.name} size={40} color="neutral" badge={{ status: presence[registration.reachability] }} aria-hidden />
      <div className={styles.who}>
        <Subtitle2 as="h1" className={styles.name} title={registration.name}>
          {registration.name}
        </Subtitle2>
        <p className={styles.state} data-testid="registration">
          <span className={styles.words}>{registration.words}</span>
          {registration.address !== registration.name && (
            <>
              <span aria-hidden> · </span>
              <span className={styles.address} title={registration.address}>
                {registration.address}
              </span>
            </>
          )}
        </p>
      </div>
    </header>
  );
}

const presence: Readonly<Record<UiReachability, PresenceBadgeStatus>> = {
  connecting: "unknown",
  reachable: "available",
  unreachable: "offline",
  refused: "blocked",
  off: "offline",
};

const useStyles = makeStyles({
  bar: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalS}`,
  },
  who: {
    minWidth: 0,
  },
  name: {
    display: "block",
    margin: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
  state: {
    margin: 0,
    display: "flex",
    gap: tokens.spacingHorizontalXS,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    whiteSpace: "nowrap",
  },
  words: {
    flexShrink: 0,
  },
  address: {
    overflow: "hidden",
    textOverflow: "ellipsis",
  },
});
