import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { HatGraduation20Regular } from "@fluentui/react-icons/svg/hat-graduation";

import { useAct } from "../host/HostContext";
import { useWords } from "../words/words";

/** The way to try Warmline that needs no account and no server. */
export function PracticeOffer({ primary }: { primary: boolean }) {
  const styles = useStyles();
  const { say } = useWords();
  const { act } = useAct();
  return (
    <section className={styles.offer} aria-labelledby="practice">
      <h2 id="practice" className={styles.title}>
        {say("account.practice.title")}
      </h2>
      <p className={styles.text}>{say("account.practice.text")}</p>
      <Button
        appearance={primary ? "primary" : "secondary"}
        size="large"
        className={styles.button}
        icon={<HatGraduation20Regular />}
        onClick={() => act({ do: "practise", on: true })}
      >
        {say("account.practice.start")}
      </Button>
    </section>
  );
}

const useStyles = makeStyles({
  offer: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalL,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow4,
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
  },
  button: {
    alignSelf: "flex-start",
    marginTop: tokens.spacingVerticalXS,
  },
});
