import { makeStyles, Skeleton, SkeletonItem, tokens } from "@fluentui/react-components";

import { useWords } from "../words/words";

/** The directory is being read. */
export function Skeletons() {
  const styles = useStyles();
  const { say } = useWords();
  return (
    <div className={styles.rows}>
      <p role="status" className={styles.words}>
        {say("people.readingDirectory")}
      </p>
      <Skeleton aria-hidden className={styles.rows}>
        {ROWS.map((row) => (
          <div key={row} className={styles.row}>
            <SkeletonItem shape="circle" size={36} />
            <div className={styles.lines}>
              <SkeletonItem size={12} style={{ width: "55%" }} />
              <SkeletonItem size={12} style={{ width: "35%" }} />
            </div>
          </div>
        ))}
      </Skeleton>
    </div>
  );
}

const ROWS = [1, 2, 3, 4, 5] as const;

const useStyles = makeStyles({
  rows: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
  },
  words: {
    margin: `0 ${tokens.spacingHorizontalS}`,
    color: tokens.colorNeutralForeground2,
  },
  row: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    paddingInline: tokens.spacingHorizontalS,
  },
  lines: {
    display: "flex",
    flexDirection: "column",
    flexGrow: 1,
    gap: tokens.spacingVerticalXS,
  },
});
