import { Button, makeStyles, Spinner, tokens, Tooltip } from "@fluentui/react-components";
import { ArrowReply20Regular } from "@fluentui/react-icons/svg/arrow-reply";
import { ArrowSwap24Regular } from "@fluentui/react-icons/svg/arrow-swap";
import { CallEnd20Filled } from "@fluentui/react-icons/svg/call-end";
import { CallTransfer20Regular } from "@fluentui/react-icons/svg/call-transfer";
import { Dialpad24Regular } from "@fluentui/react-icons/svg/dialpad";
import { Headphones24Regular } from "@fluentui/react-icons/svg/headphones";
import { Merge24Regular } from "@fluentui/react-icons/svg/merge";
import { Mic24Regular } from "@fluentui/react-icons/svg/mic";
import { MicOff24Filled } from "@fluentui/react-icons/svg/mic-off";
import { useEffect, useRef, useState } from "react";

import { CallSound } from "../calls/CallSound";
import type { CustomerAndExpert } from "../calls/conversations";
import { Controls } from "../calls/Controls";
import { Details } from "../calls/Details";
import type { Room } from "../calls/digest";
import { Keypad } from "../calls/Keypad";
import { Note } from "../calls/Note";
import { Notes } from "../calls/Notes";
import { PersonLine } from "../calls/PersonLine";
import { RecordingLine } from "../calls/RecordingLine";
import { RoundButton } from "../calls/RoundButton";
import { useAct } from "../host/HostContext";
import type { UiCall, UiSound } from "../ipc/bindings";
import { Countdown } from "../shared/Countdown";
import { offered, useOffers } from "../shared/offers";
import { ariaShortcut, withKeys } from "../shared/shortcuts";
import { ReportFold } from "../shared/Trouble";
import { SoundPopover } from "../sound/SoundPopover";
import { useWords } from "../words/words";
import { AskIfSure } from "./AskIfSure";
import { ExpertCard } from "./ExpertCard";
import { transferOffers } from "./transferOffers";
import { failedTransfer, suspicionWords, troubleAdvice, troubleWords } from "./troubleWords";
import { hearsWords, nameOf, standing } from "./words";

interface TransferCardProps {
  conversation: CustomerAndExpert;
  headingId: string;
  sound: UiSound;
  /** The agent talks here, or nowhere: it has the sound controls and the shortcuts. */
  atHand: boolean;
  /** For what the customer's call said of itself. */
  room: Room;
}

/** A customer and an expert on one card: whom the agent talks with, what each hears, and what comes next. */
export function TransferCard({ conversation, headingId, sound, atHand, room }: TransferCardProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const [keypadOpen, setKeypadOpen] = useState(false);
  const [asking, setAsking] = useState(false);

  const { transfer, customer, expert } = conversation;
  const { phase, talkingTo, trouble, completesAtMs } = transfer;
  const call = customer.id;
  const [who, whom] = [nameOf(customer.party), nameOf(transfer.to)];
  const talkedTo = talkingTo === "customer" ? customer : talkingTo === "expert" ? expert : undefined;
  const completing = phase === "completing";
  const expertLeft = expert?.state === "ended";
  const suspicion = expert?.suspicion ?? null;
  const asks = asking && suspicion !== null && phase === "consulting";
  // The keyboard goes back to where the question came from.
  const connectButton = useRef<HTMLButtonElement>(null);
  const answered = useRef(false);
  const answer = () => {
    answered.current = true;
    setAsking(false);
  };
  useEffect(() => {
    if (!asks && answered.current) {
      answered.current = false;
      connectButton.current?.focus();
    }
  }, [asks]);
  const digitsPossible = talkedTo?.state === "active";
  // Of two that may be recorded, the shortcut is for the one at hand.
  const recordable = talkedTo !== undefined && talkedTo.recording !== null ? talkedTo : customer;
  const { mute, swapPeople, merge, connect, keepConsulting, back, hangUp } = transferOffers(words, act, conversation, () => setAsking(true));
  const noDigits = digitsPossible ? undefined : say("transfer.onceTalking");
  const keypad = () => setKeypadOpen(!keypadOpen);
  useOffers(
    atHand
      ? { mute, swapPeople, merge, connect, keepConsulting, back, hangUp, keypad: offered(say("keys.call.keypad"), keypad, noDigits) }
      : {},
  );

  const talkTo = (person: UiCall, name: string) =>
    talkingTo === "nobody" && !completing && person.hold !== "off" ? (
      <Button size="small" onClick={() => act({ do: "resume", call: person.id })}>
        {say("transfer.talkTo", { who: name })}
      </Button>
    ) : undefined;

  return (
    <div className={styles.card}>
      <div className={styles.people}>
        <PersonLine
          id={headingId}
          first
          party={customer.party}
          call={customer}
          part={say("transfer.customer")}
          state={standing(words, customer, talkingTo === "customer")}
          mood={talkingTo === "customer" ? "heard" : "waiting"}
          hears={hearsWords(words, transfer.customerHears)}
        >
          {talkTo(customer, who)}
          {/* Who waits is not hung up on by a slip of the hand. */}
          {!completing && talkingTo === "customer" && (
            <Tooltip content={say("calls.hangUpNamed", { who })} relationship="label">
              <Button appearance="subtle" className={styles.hangUp} icon={<CallEnd20Filled />} onClick={() => act({ do: "hangUp", call })} />
            </Tooltip>
          )}
        </PersonLine>
        <PersonLine
          id={`${headingId}-expert`}
          party={transfer.to}
          call={expert}
          part={say("transfer.expert")}
          state={
            expert === undefined
              ? say(transfer.expert === null ? "transfer.notAsked" : "transfer.sameLine")
              : expertLeft && completing
                ? say("transfer.expertLeft")
                : standing(words, expert, talkingTo === "expert")
          }
          mood={talkingTo === "expert" && !expertLeft ? "heard" : phase === "consulting" && expert !== undefined && !expertLeft ? "waiting" : "other"}
          hears={expertLeft ? "" : hearsWords(words, transfer.expertHears)}
        >
          {expert !== undefined && talkTo(expert, whom)}
        </PersonLine>
      </div>
      {atHand && (
        <>
          <Controls label={say("calls.controls")}>
            <RoundButton
              icon={talkedTo?.muted === true ? <MicOff24Filled /> : <Mic24Regular />}
              label={mute.what}
              shortcut="mute"
              on={talkedTo?.muted === true}
              disabled={mute.whyNot}
              onPress={mute.run}
            />
            <RoundButton
              icon={<ArrowSwap24Regular />}
              label={say("calls.swap")}
              shortcut="swapPeople"
              hint={swapPeople.what}
              disabled={swapPeople.whyNot}
              onPress={swapPeople.run}
            />
            <RoundButton
              icon={<Merge24Regular />}
              label={say("calls.merge")}
              shortcut="merge"
              hint={merge.what}
              disabled={merge.whyNot}
              onPress={merge.run}
            />
            <RoundButton
              icon={<Dialpad24Regular />}
              label={say("calls.keypad")}
              shortcut="keypad"
              on={keypadOpen && digitsPossible}
              aria-expanded={keypadOpen && digitsPossible}
              disabled={noDigits}
              onPress={keypad}
            />
            <SoundPopover at="call">
              <RoundButton icon={<Headphones24Regular />} label={say("calls.sound")} shortcut="sound" />
            </SoundPopover>
          </Controls>
          <RecordingLine call={customer} who={who} atHand={recordable === customer} />
          {expert !== undefined && <RecordingLine call={expert} who={whom} atHand={recordable === expert} />}
          {talkedTo !== undefined && talkedTo.state !== "ended" && <CallSound call={talkedTo} sound={sound} />}
        </>
      )}
      {atHand && keypadOpen && digitsPossible && <Keypad call={talkedTo} />}
      {completing ? (
        <div className={styles.waits}>
          <Spinner size="tiny" aria-hidden />
          <div>
            <p className={styles.strong}>{say("transfer.connecting", { who, whom })}</p>
            <p className={styles.plain}>
              {expertLeft && `${say("transfer.expertLeftWords", { whom })} `}
              {expert === undefined || expertLeft ? say("transfer.keepOne", { who }) : say("transfer.keepBoth")}
            </p>
          </div>
        </div>
      ) : asks ? (
        <AskIfSure
          suspicion={suspicion}
          who={who}
          onSure={() => {
            answer();
            act({ do: "complete", call, sure: true });
          }}
          onNotYet={answer}
        />
      ) : (
        <div className={styles.next}>
          <Tooltip content={connect.whyNot ?? withKeys(words, say("transfer.goOnWithout", { who, whom }), "connect")} relationship="description">
            <Button
              ref={connectButton}
              appearance="primary"
              size="large"
              className={styles.connect}
              icon={<CallTransfer20Regular />}
              aria-keyshortcuts={ariaShortcut("connect")}
              disabledFocusable={connect.whyNot !== undefined}
              onClick={connect.run}
            >
              {completesAtMs === null ? connect.what : <ByItself atMs={completesAtMs} />}
            </Button>
          </Tooltip>
          {completesAtMs !== null && (
            <Button size="large" onClick={keepConsulting.run}>
              {keepConsulting.what}
            </Button>
          )}
          <Tooltip
            content={withKeys(words, say(phase === "calling" ? "transfer.stopsCalling" : "transfer.endsCall", { who, whom }), "back")}
            relationship="description"
          >
            <Button className={styles.back} icon={<ArrowReply20Regular />} aria-keyshortcuts={ariaShortcut("back")} onClick={back.run}>
              {back.what}
            </Button>
          </Tooltip>
        </div>
      )}
      {transfer.card !== null && <ExpertCard card={transfer.card} whom={whom} />}
      {trouble !== null && (
        <Note tone="danger" words={troubleWords(words, trouble)} advice={troubleAdvice(words, trouble)}>
          {failedTransfer(trouble) && <ReportFold key={trouble.kind} facts={{ transfer: trouble.kind, call, phase }} />}
        </Note>
      )}
      {suspicion !== null && !asks && !completing && <Note tone="warning" words={suspicionWords(words, suspicion)} advice={say("transfer.listen")} />}
      <Details details={customer.details} room={room === "full" && trouble === null && suspicion === null ? "little" : "none"} />
      {atHand && <Notes call={customer} />}
    </div>
  );
}

/** It completes by itself, and when. */
function ByItself({ atMs }: { atMs: number }) {
  const styles = useStyles();
  const { say } = useWords();
  return (
    <span>
      {say("transfer.connectNow")}
      <span className={styles.byItself}>
        <Countdown toMs={atMs} words={(left) => say("transfer.byItself", { seconds: left })} />
      </span>
    </span>
  );
}

const useStyles = makeStyles({
  card: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalL,
    "@media (max-width: 359px)": { padding: tokens.spacingHorizontalS },
  },
  people: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
  },
  hangUp: { color: tokens.colorStatusDangerForeground1 },
  waits: {
    display: "flex",
    alignItems: "flex-start",
    gap: tokens.spacingHorizontalM,
    // The room of the buttons that were here.
    minHeight: "84px",
    overflowWrap: "anywhere",
  },
  strong: {
    margin: 0,
    fontWeight: tokens.fontWeightSemibold,
    lineHeight: tokens.lineHeightBase300,
  },
  plain: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
  next: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
  },
  connect: {
    flexGrow: 1,
    flexBasis: "150px",
    minWidth: 0,
    // The same with the time in it.
    minHeight: "48px",
  },
  byItself: {
    display: "block",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightRegular,
    fontVariantNumeric: "tabular-nums",
  },
  back: {
    flexBasis: "100%",
    minWidth: 0,
    overflowWrap: "anywhere",
  },
});
