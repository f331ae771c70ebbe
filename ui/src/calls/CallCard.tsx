import { makeStyles, tokens } from "@fluentui/react-components";
import { CallEnd24Filled } from "@fluentui/react-icons/svg/call-end";
import { CallTransfer24Regular } from "@fluentui/react-icons/svg/call-transfer";
import { Dialpad24Regular } from "@fluentui/react-icons/svg/dialpad";
import { Headphones24Regular } from "@fluentui/react-icons/svg/headphones";
import { Mic24Regular } from "@fluentui/react-icons/svg/mic";
import { MicOff24Filled } from "@fluentui/react-icons/svg/mic-off";
import { Pause24Regular } from "@fluentui/react-icons/svg/pause";
import { Play24Filled } from "@fluentui/react-icons/svg/play";
import { useRef, useState } from "react";

import { useAct } from "../host/HostContext";
import type { UiCall, UiSound } from "../ipc/bindings";
import { Elapsed } from "../shared/clock";
import { offered, useOffers } from "../shared/offers";
import { SoundPopover } from "../sound/SoundPopover";
import { BringIn } from "../transfer/BringIn";
import { ReferralNote } from "../transfer/ReferralNote";
import { useWords } from "../words/words";
import { callOffers, notAnswered } from "./callOffers";
import { CallSound } from "./CallSound";
import { Controls } from "./Controls";
import { Details } from "./Details";
import type { Room } from "./digest";
import { Keypad } from "./Keypad";
import { Notes } from "./Notes";
import { PartyName } from "./PartyName";
import { RecordingLine } from "./RecordingLine";
import { RoundButton } from "./RoundButton";
import { StatePill } from "./StatePill";
import { isHeldByMe, partyWords } from "./words";

interface CallCardProps {
  call: UiCall;
  headingId: string;
  sound: UiSound;
  /** There are others: it must be clear whom the agent hears. */
  amongOthers: boolean;
  /** It has just come to hand in the place of another. */
  moved: boolean;
  /** For what the call said of itself. */
  room: Room;
}

/**
 * The call at hand, with everything that can be done to it. Nothing above its buttons comes and goes:
 * they stay under the pointer whatever happens.
 */
export function CallCard({ call, headingId, sound, amongOthers, moved, room }: CallCardProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const transferButton = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<"keypad" | "transfer" | null>(null);

  const answered = call.state === "active" && !call.recovering;
  const held = isHeldByMe(call);
  // Before the answer there is nobody who could take digits, whatever is to be heard.
  const digitsPossible = answered && !held;
  const keypad = open === "keypad" && digitsPossible;
  const transfer = open === "transfer" && answered;
  const { mute, hold, hangUp } = callOffers(words, act, call, moved);
  const before = notAnswered(say, call);
  const toggleKeypad = () => setOpen(keypad ? null : "keypad");
  const toggleTransfer = () => setOpen(transfer ? null : "transfer");
  const closeTransfer = () => {
    setOpen(null);
    transferButton.current?.focus();
  };
  const noDigits = digitsPossible ? undefined : (before ?? say("calls.resumeFirst"));
  useOffers({
    mute,
    hold,
    transfer: offered(say("keys.call.transfer"), toggleTransfer, before),
    keypad: offered(say("keys.call.keypad"), toggleKeypad, noDigits),
    hangUp,
  });

  return (
    <div className={styles.card}>
      <PartyName call={call} id={headingId}>
        <div className={styles.state}>
          <StatePill call={call} />
          <Elapsed sinceMs={call.answeredAtMs ?? call.startedAtMs} className={styles.timer} />
          {amongOthers && call.heard && <span className={styles.heard}>{say("calls.heard")}</span>}
        </div>
      </PartyName>
      <Controls label={say("calls.controls")} six>
        <RoundButton
          icon={call.muted ? <MicOff24Filled /> : <Mic24Regular />}
          label={mute.what}
          shortcut="mute"
          on={call.muted}
          onPress={mute.run}
        />
        <RoundButton
          icon={held ? <Play24Filled /> : <Pause24Regular />}
          label={hold.what}
          shortcut="hold"
          on={held}
          disabled={hold.whyNot}
          onPress={hold.run}
        />
        <RoundButton
          ref={transferButton}
          icon={<CallTransfer24Regular />}
          label={say("calls.transfer")}
          shortcut="transfer"
          hint={say("calls.transferHint")}
          on={transfer}
          aria-expanded={transfer}
          disabled={before}
          onPress={toggleTransfer}
        />
        <RoundButton
          icon={<Dialpad24Regular />}
          label={say("calls.keypad")}
          shortcut="keypad"
          on={keypad}
          aria-expanded={keypad}
          disabled={noDigits}
          onPress={toggleKeypad}
        />
        <SoundPopover at="call">
          <RoundButton icon={<Headphones24Regular />} label={say("calls.sound")} shortcut="sound" />
        </SoundPopover>
        <RoundButton
          icon={<CallEnd24Filled />}
          label={hangUp.what}
          shortcut="hangUp"
          danger
          tooSoon={hangUp.tooSoon}
          onPress={hangUp.run}
        />
      </Controls>
      {answered && <RecordingLine call={call} atHand />}
      {(answered || call.state === "early" || call.state === "connecting") && <CallSound call={call} sound={sound} />}
      {call.referral !== null && <ReferralNote call={call} referral={call.referral} />}
      {keypad && <Keypad call={call} />}
      {transfer && <BringIn call={call.id} who={partyWords(call)} onClose={closeTransfer} />}
      {!transfer && <Details details={call.details} room={keypad ? "none" : room} />}
      {call.answeredAtMs !== null && <Notes call={call} />}
    </div>
  );
}

const useStyles = makeStyles({
  card: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingHorizontalXL,
    "@media (max-width: 359px)": { padding: tokens.spacingHorizontalM },
  },
  state: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalS,
    marginTop: tokens.spacingVerticalXS,
    color: tokens.colorNeutralForeground2,
    userSelect: "none",
  },
  timer: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground1,
  },
  heard: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
});
