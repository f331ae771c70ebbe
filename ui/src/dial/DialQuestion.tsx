import { Button, DialogActions, DialogContent, DialogTitle, makeStyles, tokens } from "@fluentui/react-components";
import { useId } from "react";

import { partyWords } from "../calls/words";
import { useAct } from "../host/HostContext";
import type { UiCall, UiDialRequest, UiLine } from "../ipc/bindings";
import { Question } from "../shared/Question";
import { useSeen } from "../shared/seen";
import { useWords } from "../words/words";
import { kindWords } from "./words";

interface DialQuestionProps {
  /** And whether a link asks for it, or the agent who has copied it. */
  number: UiDialRequest;
  /** Whether a call can go out now. */
  reachable: boolean;
  /** The lines of an agent who serves several customers: the call goes out by the first one. */
  lines: readonly UiLine[];
  /** Whoever is heard is put on hold by the call. */
  calls: readonly UiCall[];
}

/**
 * Asks before a number is called that a link in another program names, or that was copied. Whoever wrote it may
 * be hostile: the keyboard is on the way out, and no press counts that may have been meant for something else.
 */
export function DialQuestion({ number, reachable, lines, calls }: DialQuestionProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const id = useId();
  // Another one may have come in its place.
  const seen = useSeen(number, SEEN_AFTER_MS);
  const line = lines.length > 1 ? lines[0] : undefined;
  const canCall = line === undefined ? reachable : line.registration.reachability === "reachable";
  const kind = kindWords(words, number);
  const heard = calls.filter((call) => call.heard && call.state !== "ended").map(partyWords);
  const answer = (really: boolean) => act({ do: "answerDialRequest", to: number.to, really });
  return (
    <Question open onClose={() => answer(false)}>
      <DialogTitle className={styles.title}>{words.draw("dial.asked.title", { number: <bdi>{harmless(number.shown)}</bdi> })}</DialogTitle>
      <DialogContent className={styles.content}>
        {kind !== null && <p className={styles.text}>{kind}</p>}
        {line !== undefined && <p className={styles.text}>{say("calls.forCustomer", { customer: line.customer })}</p>}
        <p className={styles.text}>{say(number.by === "link" ? "dial.asked.fromLink" : "dial.asked.copied")}</p>
        {canCall && heard.length > 0 && <p className={styles.text}>{say("dial.asked.holds", { who: words.list(heard) })}</p>}
        {!canCall && (
          <p id={id} className={styles.text}>
            {say("dial.cannotCall")}
          </p>
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={() => answer(false)}>{say("dial.asked.cancel")}</Button>
        <Button appearance="primary" disabledFocusable={!canCall || !seen} aria-describedby={canCall ? undefined : id} onClick={() => answer(true)}>
          {say("dial.call")}
        </Button>
      </DialogActions>
    </Question>
  );
}

/** What makes a text look like another one is shown to be there. */
function harmless(text: string): string {
  return text.replace(/\p{C}/gu, "\uFFFD");
}

/** As long as a number takes to read. */
const SEEN_AFTER_MS = 500;

const useStyles = makeStyles({
  title: {
    minWidth: 0,
    overflowWrap: "anywhere",
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontVariantNumeric: "tabular-nums",
    userSelect: "text",
  },
  content: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    overflowWrap: "anywhere",
  },
  text: {
    margin: 0,
  },
});
