import { Button, makeStyles, mergeClasses, tokens, Tooltip } from "@fluentui/react-components";
import { ArrowForward20Regular } from "@fluentui/react-icons/svg/arrow-forward";
import { CallTransfer20Regular } from "@fluentui/react-icons/svg/call-transfer";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { PersonChat20Regular } from "@fluentui/react-icons/svg/person-chat";
import { useEffect, useId, useRef, useState, type ReactElement } from "react";

import { sentences } from "../calls/words";
import { useDialling } from "../dial/DialContext";
import { DialField } from "../dial/DialField";
import { asUiError } from "../host/host";
import { useAct } from "../host/HostContext";
import type { UiParty, UiPerson } from "../ipc/bindings";
import { BestExperts } from "../people/BestExperts";
import { focusRing } from "../shared/focusRing";
import { useWords } from "../words/words";

interface BringInProps {
  /** The customer's call; any call of a group. */
  call: number;
  /** Who waits meanwhile; none where somebody is taken into a group: nobody is handed over. */
  who: string | null;
  onClose: () => void;
}

type Way = "handOver" | "consult" | "blindTransfer";

/** Whom to call about a call, and what is to become of it. */
export function BringIn({ call, who, onClose }: BringInProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { fail } = useAct();
  const { host, reachable } = useDialling();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [picked, setPicked] = useState<UiParty | null>(null);
  const [expert, setExpert] = useState<UiPerson | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => field.current?.focus(), []);

  const ask = async (way: Way) => {
    if (!reachable) {
      setFault(say("dial.cannotCall"));
      return;
    }
    try {
      // An expert gets a note, so they are called as themselves; who is not asked first needs none.
      await host.act(
        expert !== null && way !== "blindTransfer"
          ? { do: "callPerson", person: expert.id, call, handOver: way === "handOver" }
          : { do: way, call, to: picked?.address ?? expert?.number ?? text },
      );
      onClose();
    } catch (thrown) {
      const error = asUiError(words, thrown);
      if (error.code === "badNumber") {
        setFault(sentences(words, error.message, error.advice ?? null));
        field.current?.focus();
      } else {
        fail(error);
      }
    }
  };
  const pick = (party: UiParty) => {
    setText(party.name ?? party.number);
    setPicked(party);
    setExpert(null);
    setFault(null);
    field.current?.focus();
  };
  const pickExpert = (person: UiPerson) => {
    setText(person.name);
    setPicked(null);
    setExpert(person);
    setFault(null);
    field.current?.focus();
  };
  const first: Way = who === null ? "consult" : "handOver";

  return (
    <section className={styles.panel} aria-labelledby={`${id}-title`}>
      <div className={styles.head}>
        <h3 id={`${id}-title`} className={styles.title}>
          {who === null ? say("transfer.whoJoins") : say("transfer.whoHelps", { who })}
        </h3>
        <Tooltip content={say("shared.closeEscape")} relationship="label">
          <Button appearance="subtle" size="small" icon={<Dismiss20Regular />} onClick={onClose} />
        </Tooltip>
      </div>
      <div className={styles.field}>
        <DialField
          field={field}
          label={say("transfer.field")}
          text={text}
          onText={(value) => {
            setText(value);
            setPicked(null);
            setExpert(null);
            setFault(null);
          }}
          known={text.trim() !== "" && !reachable ? say("dial.cannotCall") : (picked?.number ?? expert?.number ?? null)}
          fault={fault}
          enterWords={(found) => say("transfer.enterChooses", { who: found })}
          onEnter={(selection) => (selection === undefined ? void ask(first) : pick(selection.party))}
          onPick={({ party }) => pick(party)}
          onLeave={onClose}
          lineId={`${id}-line`}
        />
      </div>
      <BestExperts call={call} text={expert === null ? text : ""} chosen={expert?.id ?? null} onPick={pickExpert} />
      {who === null ? (
        <Choice
          main
          icon={<PersonChat20Regular />}
          label={say("transfer.callThem")}
          words={say("transfer.callThemWords")}
          onPress={() => void ask("consult")}
        />
      ) : (
        <>
          <Choice
            main
            icon={<CallTransfer20Regular />}
            label={say("transfer.handOver")}
            words={say("transfer.handOverWords")}
            onPress={() => void ask("handOver")}
          />
          <Choice
            icon={<PersonChat20Regular />}
            label={say("transfer.askFirst")}
            words={say("transfer.askFirstWords")}
            onPress={() => void ask("consult")}
          />
          <div className={styles.blind}>
            <Button
              appearance="subtle"
              size="small"
              className={styles.blindButton}
              icon={<ArrowForward20Regular />}
              aria-describedby={`${id}-blind`}
              onClick={() => void ask("blindTransfer")}
            >
              {say("transfer.blind")}
            </Button>
            <span id={`${id}-blind`} className={styles.hint}>
              {say("transfer.blindWords")}
            </span>
          </div>
        </>
      )}
    </section>
  );
}

interface ChoiceProps {
  main?: boolean;
  icon: ReactElement;
  label: string;
  words: string;
  onPress: () => void;
}

/** A way to go on, with what it means below its name. */
function Choice({ main, icon, label, words, onPress }: ChoiceProps) {
  const styles = useStyles();
  return (
    <button type="button" className={mergeClasses(styles.choice, main === true && styles.main)} onClick={onPress}>
      <span className={styles.icon}>{icon}</span>
      <span>
        <span className={styles.label}>{label}</span> <span className={styles.words}>{words}</span>
      </span>
    </button>
  );
}

const useStyles = makeStyles({
  panel: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    paddingTop: tokens.spacingVerticalS,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  head: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    gap: tokens.spacingHorizontalS,
  },
  title: {
    margin: 0,
    minWidth: 0,
    overflowWrap: "anywhere",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  field: { position: "relative" },
  choice: {
    ...focusRing,
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    minHeight: "48px",
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    ":active": { backgroundColor: tokens.colorNeutralBackground1Pressed },
  },
  main: {
    border: "1px solid transparent",
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    ":hover": { backgroundColor: tokens.colorBrandBackgroundHover },
    ":active": { backgroundColor: tokens.colorBrandBackgroundPressed },
    "@media (forced-colors: active)": { border: "1px solid ButtonText" },
  },
  icon: {
    display: "grid",
    flexShrink: 0,
  },
  label: {
    display: "block",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  words: {
    display: "block",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    overflowWrap: "anywhere",
  },
  blind: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalS,
  },
  blindButton: {
    fontWeight: tokens.fontWeightRegular,
  },
  hint: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
});
