import { Button, makeStyles, Spinner, tokens, Tooltip } from "@fluentui/react-components";
import { DoorArrowLeft20Regular } from "@fluentui/react-icons/svg/door-arrow-left";
import { Headphones24Regular } from "@fluentui/react-icons/svg/headphones";
import { Merge20Regular } from "@fluentui/react-icons/svg/merge";
import { Mic24Regular } from "@fluentui/react-icons/svg/mic";
import { MicOff24Filled } from "@fluentui/react-icons/svg/mic-off";
import { Pause24Regular } from "@fluentui/react-icons/svg/pause";
import { PeopleAdd24Regular } from "@fluentui/react-icons/svg/people-add";
import { Play20Filled, Play24Filled } from "@fluentui/react-icons/svg/play";
import { useRef, useState } from "react";

import { CallSound } from "../calls/CallSound";
import { Controls } from "../calls/Controls";
import type { Group } from "../calls/conversations";
import { Note } from "../calls/Note";
import { RecordingLine } from "../calls/RecordingLine";
import { RoundButton } from "../calls/RoundButton";
import { partyWords } from "../calls/words";
import { useAct } from "../host/HostContext";
import type { UiCall, UiSound } from "../ipc/bindings";
import { offered, useOffers } from "../shared/offers";
import { SoundPopover } from "../sound/SoundPopover";
import { BringIn } from "../transfer/BringIn";
import { troubleWords } from "../transfer/troubleWords";
import { useWords } from "../words/words";
import { Asked } from "./Asked";
import { groupOffers } from "./groupOffers";
import { Member } from "./Member";
import { cannotLeaveWords, groupHears, groupTitle } from "./words";

interface GroupCardProps {
  conversation: Group;
  headingId: string;
  sound: UiSound;
  /** The agent talks here, or nowhere: it has the shortcuts. */
  atHand: boolean;
  /** Another call, whose people can be taken in. */
  takesIn: UiCall | undefined;
}

/** People who hear each other by way of this phone, what can be done to each, and the ways out. */
export function GroupCard({ conversation, headingId, sound, atHand, takesIn }: GroupCardProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  const [adding, setAdding] = useState(false);
  const addButton = useRef<HTMLButtonElement>(null);
  const { group, members, asked, leaving } = conversation;
  const [first] = members;
  const { away, canLeave, note } = group;
  const muted = first.muted;
  // The recording of one has them all.
  const recorded = members.find(({ recording }) => recording !== null);
  const locked = leaving ? say("transfer.locked") : undefined;
  const full = members.length >= MOST ? say("group.full") : asked === undefined ? undefined : say("group.oneAtATime");
  const add = adding && locked === undefined && full === undefined;

  const { mute, hold: step, leave } = groupOffers(words, act, conversation);
  const noneMore = locked ?? full;
  const transfer = () => setAdding(!add);
  const closeAdding = () => {
    setAdding(false);
    addButton.current?.focus();
  };
  useOffers(atHand ? { mute, hold: step, leave, transfer: offered(say("group.addHint"), transfer, noneMore) } : {});

  return (
    <div className={styles.card}>
      <div>
        <h2 id={headingId} className={styles.title}>
          {groupTitle(words, members.length)}
        </h2>
        <p className={styles.state} data-testid="call-state">
          {groupHears(words, group, members)}
        </p>
      </div>
      <ul className={styles.members}>
        {members.map((member) => (
          <Member key={member.id} call={member} locked={leaving} />
        ))}
      </ul>
      {away && !atHand ? (
        <div className={styles.buttons}>
          <Button icon={<Play20Filled />} onClick={step.run}>
            {say("group.goIn")}
          </Button>
          {takesIn !== undefined && !leaving && (
            <Button icon={<Merge20Regular />} onClick={() => act({ do: "merge", call: first.id, with: takesIn.id })}>
              {say("group.takeIn", { who: partyWords(takesIn) })}
            </Button>
          )}
        </div>
      ) : (
        <>
          <Controls label={say("group.controls")}>
            <RoundButton
              icon={muted ? <MicOff24Filled /> : <Mic24Regular />}
              label={mute.what}
              hint={say(muted ? "group.unmuteHint" : "group.muteHint")}
              shortcut="mute"
              on={muted}
              disabled={mute.whyNot}
              onPress={mute.run}
            />
            <RoundButton
              icon={away ? <Play24Filled /> : <Pause24Regular />}
              label={step.what}
              hint={say(away ? "group.goInHint" : "group.stepOutHint")}
              shortcut="hold"
              on={away}
              disabled={step.whyNot}
              onPress={step.run}
            />
            <RoundButton
              ref={addButton}
              icon={<PeopleAdd24Regular />}
              label={say("group.add")}
              hint={say("group.addHint")}
              shortcut="transfer"
              on={add}
              aria-expanded={add}
              disabled={noneMore}
              onPress={transfer}
            />
            <SoundPopover at="call">
              <RoundButton icon={<Headphones24Regular />} label={say("calls.sound")} shortcut="sound" />
            </SoundPopover>
          </Controls>
          {members.map((member) => (
            <RecordingLine key={member.id} call={member} who={partyWords(member)} atHand={atHand && member === recorded} />
          ))}
          {!away && <CallSound call={first} sound={sound} several />}
        </>
      )}
      {add && <BringIn call={first.id} who={null} onClose={closeAdding} />}
      {asked !== undefined && <Asked asked={asked} headingId={`${headingId}-asked`} />}
      {leaving ? (
        <div className={styles.waits}>
          <Spinner size="tiny" aria-hidden />
          <div>
            <p className={styles.strong}>{say("group.connecting", { who: words.list(members.map(partyWords)) })}</p>
            <p className={styles.plain}>{say("transfer.keepBoth")}</p>
          </div>
        </div>
      ) : canLeave && asked === undefined ? (
        <Tooltip content={say("group.leaveHint")} relationship="description">
          <Button size="large" icon={<DoorArrowLeft20Regular />} onClick={leave.run}>
            {say("group.leave")}
          </Button>
        </Tooltip>
      ) : (
        asked === undefined && <p className={styles.plain}>{cannotLeaveWords(words, members.length)}</p>
      )}
      {note !== null && <Note tone="warning" words={troubleWords(words, note)} />}
    </div>
  );
}

/** Beside the agent: six people in all. */
const MOST = 5;

const useStyles = makeStyles({
  card: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalL,
    "@media (max-width: 359px)": { padding: tokens.spacingHorizontalS },
  },
  buttons: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
  },
  state: {
    margin: 0,
    lineHeight: tokens.lineHeightBase300,
    color: tokens.colorNeutralForeground2,
  },
  members: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  waits: {
    display: "flex",
    alignItems: "flex-start",
    gap: tokens.spacingHorizontalM,
    minHeight: "40px",
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
});
