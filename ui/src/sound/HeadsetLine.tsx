import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { Headset16Regular } from "@fluentui/react-icons/svg/headset";
import { Info16Regular } from "@fluentui/react-icons/svg/info";

import type { UiHeadset, UiHeadsetState } from "../ipc/bindings";
import { ReportFold } from "../shared/Trouble";
import { useWords, type WordId } from "../words/words";

/** Whether the headset's buttons answer and hang up here, and what to do if not. */
export function HeadsetLine({ headset: { name, state } }: { headset: UiHeadset }) {
  const styles = useStyles();
  const { say } = useWords();
  const line = (
    <p className={mergeClasses(styles.line, state !== "works" && styles.trouble)}>
      {state === "works" ? <Headset16Regular className={styles.icon} /> : <Info16Regular className={styles.icon} />}
      <span>{say(headsetWords[state], { name: name ?? say("sound.headset.yours") })}</span>
    </p>
  );
  // The others say what it is themselves.
  return state === "failed" ? (
    <div>
      {line}
      <ReportFold facts={{ headset: state }} />
    </div>
  ) : (
    line
  );
}

const headsetWords = {
  works: "sound.headset.works",
  inUseElsewhere: "sound.headset.inUseElsewhere",
  notAllowed: "sound.headset.notAllowed",
  taken: "sound.headset.taken",
  failed: "sound.headset.failed",
} as const satisfies Readonly<Record<UiHeadsetState, WordId>>;

const useStyles = makeStyles({
  line: {
    display: "flex",
    gap: tokens.spacingHorizontalXS,
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  trouble: {
    color: tokens.colorNeutralForeground1,
  },
  icon: {
    flexShrink: 0,
  },
});
