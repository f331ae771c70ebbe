import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { CallDismiss20Regular } from "@fluentui/react-icons/svg/call-dismiss";
import { CallInbound20Regular } from "@fluentui/react-icons/svg/call-inbound";
import { CallMissed20Filled } from "@fluentui/react-icons/svg/call-missed";
import { CallOutbound20Regular } from "@fluentui/react-icons/svg/call-outbound";
import { CallProhibited20Regular } from "@fluentui/react-icons/svg/call-prohibited";
import { CallWarning20Regular } from "@fluentui/react-icons/svg/call-warning";

import { endingWords } from "../calls/endings";
import type { UiRecent } from "../ipc/bindings";
import type { Words } from "../words/words";
import { handedWords } from "./transferWords";
import { howLong } from "./when";

/** What became of a call, as a sign beside the words. */
export function OutcomeIcon({ recent, className = "" }: { recent: UiRecent; className?: string }) {
  const styles = useStyles();
  switch (recent.outcome) {
    case "answered":
      return recent.direction === "incoming" ? (
        <CallInbound20Regular className={mergeClasses(styles.quiet, className)} />
      ) : (
        <CallOutbound20Regular className={mergeClasses(styles.quiet, className)} />
      );
    case "missed":
    case "doNotDisturb":
      return <CallMissed20Filled className={mergeClasses(styles.loud, className)} />;
    case "declined":
      return <CallProhibited20Regular className={mergeClasses(styles.quiet, className)} />;
    case "notReached":
      return <CallDismiss20Regular className={mergeClasses(styles.quiet, className)} />;
    case "failed":
    case "interrupted":
      return <CallWarning20Regular className={mergeClasses(styles.loud, className)} />;
  }
}

/** What became of a call, how long they talked, and the queue it came from: the line under the name. */
export function outcomeWords(words: Words, recent: UiRecent): string {
  const { talkedS, queue, recordings, transfer } = recent;
  const parts = [
    // Of a call that was handed over it says enough to whom.
    transfer?.outcome === "done" ? "" : becameWords(words, recent).replace(/[.。]$/, ""),
    transfer === null ? "" : handedWords(words, transfer),
    talkedS === null ? "" : howLong(words, talkedS),
    queue ?? "",
    recordings.length === 0 ? "" : words.say("recents.recorded"),
  ];
  return words.line(parts.filter((part) => part !== ""));
}

/** What became of a call, with the reason where there is one. */
export function becameWords(words: Words, { outcome, reason, direction, talkedS }: UiRecent): string {
  const { say } = words;
  if (outcome === "doNotDisturb") {
    return say("recents.doNotDisturb");
  }
  if (reason !== null) {
    return endingWords(words, reason);
  }
  switch (outcome) {
    case "answered":
      return say("recents.answered");
    case "missed":
      return say("calls.ended.missed");
    case "declined":
      return say("calls.ended.rejected");
    case "notReached":
      return say("recents.notReached");
    case "failed":
      return say("recents.failed");
    case "interrupted":
      return say(talkedS !== null ? "recents.stopped.inCall" : direction === "incoming" ? "recents.stopped.incoming" : "recents.stopped.outgoing");
  }
}

const useStyles = makeStyles({
  quiet: { flexShrink: 0, color: tokens.colorNeutralForeground3 },
  loud: { flexShrink: 0, color: tokens.colorStatusDangerForeground1 },
});
