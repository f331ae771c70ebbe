import { makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { useEffect, useId, useState } from "react";

import { useWords } from "../words/words";

/** The phone is not there yet. If that takes long, what to do. */
export function Starting() {
  const styles = useStyles();
  const { say } = useWords();
  const label = useId();
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main className={styles.page}>
      <Spinner aria-labelledby={label} />
      <h1 id={label} className={styles.title}>
        {say("account.starting")}
      </h1>
      <p role="status" className={styles.long}>
        {long && say("account.startingLong")}
      </p>
    </main>
  );
}

const LONG_MS = 10_000;

const useStyles = makeStyles({
  page: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    flexGrow: 1,
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalXXL,
    textAlign: "center",
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightRegular,
  },
  long: {
    margin: 0,
    minHeight: tokens.lineHeightBase300,
    maxWidth: "300px",
    color: tokens.colorNeutralForeground2,
  },
});
