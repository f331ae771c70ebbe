import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { Call24Filled } from "@fluentui/react-icons/svg/call";

import { useAct } from "../host/HostContext";
import type { UiRecovery } from "../ipc/bindings";
import { Countdown } from "../shared/Countdown";
import { useWords } from "../words/words";
import { recoveryWords } from "./words";

/** Warmline was stopped with somebody on the line: the way back to them. */
export function Recovery({ recovery }: { recovery: UiRecovery }) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act } = useAct();
  return (
    <section className={styles.card} aria-labelledby="recovery">
      <Call24Filled aria-hidden className={styles.icon} />
      <div className={styles.text}>
        <h2 id="recovery" className={styles.title}>
          {recoveryWords(words, recovery)}
        </h2>
        <p className={styles.words}>
          {say("calls.recovery.question", { count: recovery.parties.length })}{" "}
          <Countdown toMs={recovery.untilMs} words={(left) => say("calls.recovery.for", { seconds: left })} />
        </p>
      </div>
      <div className={styles.buttons}>
        <Button appearance="primary" size="large" className={styles.recover} onClick={() => act({ do: "recover", really: true })}>
          {say("calls.recovery.recover")}
        </Button>
        <Button size="large" onClick={() => act({ do: "recover", really: false })}>
          {say("calls.recovery.letGo")}
        </Button>
      </div>
    </section>
  );
}

const useStyles = makeStyles({
  card: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalM,
    padding: tokens.spacingHorizontalL,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: `0 0 0 2px ${tokens.colorBrandStroke1}, ${tokens.shadow16}`,
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  icon: {
    flexShrink: 0,
    color: tokens.colorBrandForeground1,
  },
  text: {
    flexGrow: 1,
    flexBasis: "140px",
    minWidth: 0,
    overflowWrap: "anywhere",
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  words: {
    margin: 0,
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorNeutralForeground2,
  },
  buttons: {
    display: "flex",
    flexWrap: "wrap",
    flexBasis: "100%",
    gap: tokens.spacingHorizontalS,
  },
  recover: { flexGrow: 1 },
});
