import { makeStyles, mergeClasses, Spinner, tokens } from "@fluentui/react-components";
import { Chat20Filled } from "@fluentui/react-icons/svg/chat";
import { CheckmarkCircle16Filled } from "@fluentui/react-icons/svg/checkmark-circle";
import { Warning16Filled } from "@fluentui/react-icons/svg/warning";

import type { UiCard } from "../ipc/bindings";
import { focusRing } from "../shared/focusRing";
import { useWords } from "../words/words";
import { cardWords } from "./troubleWords";

/** What the expert was told about the call in Teams, whether it arrived, and what they reply. */
export function ExpertCard({ card, whom }: { card: UiCard; whom: string }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { state, reply, text } = card;
  return (
    <div className={styles.box}>
      {reply !== null && (
        <div className={styles.reply}>
          <Chat20Filled aria-hidden className={styles.icon} />
          <div className={styles.replyText}>
            <p className={styles.from}>{say("transfer.replies", { who: whom })}</p>
            <p className={styles.words}>{reply}</p>
          </div>
        </div>
      )}
      <div className={mergeClasses(styles.state, state === "failed" && styles.failed)}>
        {state === "sending" ? (
          <Spinner size="extra-tiny" aria-hidden />
        ) : state === "sent" || state === "unsure" ? (
          <CheckmarkCircle16Filled aria-hidden className={styles.sent} />
        ) : (
          <Warning16Filled aria-hidden />
        )}
        <span>{cardWords(words, card, whom)}</span>
      </div>
      <details>
        <summary className={styles.summary}>{say("transfer.noteSays")}</summary>
        <p className={styles.note}>{text}</p>
      </details>
    </div>
  );
}

const useStyles = makeStyles({
  box: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground3,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    overflowWrap: "anywhere",
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  reply: {
    display: "flex",
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorBrandForeground2,
  },
  icon: { flexShrink: 0 },
  replyText: { minWidth: 0, userSelect: "text" },
  from: { margin: 0 },
  words: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  state: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    "& svg": { flexShrink: 0 },
  },
  sent: { color: tokens.colorStatusSuccessForeground1 },
  failed: { color: tokens.colorStatusDangerForeground1 },
  summary: {
    ...focusRing,
    width: "fit-content",
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    cursor: "pointer",
  },
  note: {
    margin: `${tokens.spacingVerticalXS} 0 0`,
    whiteSpace: "pre-wrap",
    userSelect: "text",
  },
});
