import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { Mic20Regular } from "@fluentui/react-icons/svg/mic";

import { useAct } from "../host/HostContext";
import { useWords } from "../words/words";

/** Speak and hear yourself: before a shift, not in its first call. */
export function HearYourself() {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  return (
    <div className={styles.check}>
      <Button icon={<Mic20Regular />} onClick={() => act({ do: "hearYourself" })}>
        {say("sound.hearYourself")}
      </Button>
      <p className={styles.how}>{say("sound.hearYourself.how")}</p>
    </div>
  );
}

const useStyles = makeStyles({
  check: {
    display: "flex",
    flexDirection: "column",
    alignItems: "flex-start",
    gap: tokens.spacingVerticalXS,
  },
  how: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
});
