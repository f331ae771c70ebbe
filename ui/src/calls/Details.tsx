import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useState } from "react";

import type { UiDetail } from "../ipc/bindings";
import { useWords, type Words } from "../words/words";
import { detailWords } from "./detailWords";
import { digest, type Room } from "./digest";

interface DetailsProps {
  details: readonly UiDetail[];
  room: Room;
}

/** What a call said of itself, as a list of names and values. What would push the buttons away is folded. */
export function Details({ details, room }: DetailsProps) {
  const styles = useStyles();
  const words = useWords();
  const [unfolded, setUnfolded] = useState(false);
  if (details.length === 0) {
    return null;
  }
  const { first, folded } = digest(details, room);
  const shown = unfolded ? details : first;
  return (
    <div className={mergeClasses(styles.box, shown.length === 0 && styles.bare)}>
      {shown.length > 0 && (
      <dl className={styles.list}>
        {shown.map((detail) => ({ kind: detail.kind, ...detailWords(words, detail) })).map(({ kind, label, value }, index) => (
          // Two headers may say the same: only their place tells them apart.
          <div key={index} className={styles.line}>
            <dt className={styles.label}>{label}</dt>
            <dd
              className={mergeClasses(
                styles.value,
                (kind === "queue" || kind === "subject") && styles.strong,
                folded && !unfolded && styles.cut,
              )}
            >
              {value}
            </dd>
          </div>
        ))}
      </dl>
      )}
      {folded && (
        <Button
          appearance="transparent"
          size="small"
          className={styles.more}
          aria-expanded={unfolded}
          onClick={() => setUnfolded(!unfolded)}
        >
          {foldWords(words, unfolded, details.length, first.length)}
        </Button>
      )}
    </div>
  );
}

function foldWords({ say }: Words, unfolded: boolean, all: number, first: number): string {
  if (unfolded) {
    return say("calls.details.less");
  }
  return first > 0 && first < all ? say("calls.details.all", { count: all }) : say(first === 0 ? "calls.details.some" : "calls.details.full");
}

const useStyles = makeStyles({
  box: {
    alignSelf: "stretch",
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground3,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    textAlign: "start",
    userSelect: "text",
    "@media (forced-colors: active)": { border: "1px solid CanvasText" },
  },
  bare: {
    padding: 0,
    backgroundColor: "transparent",
    "@media (forced-colors: active)": { border: "none" },
  },
  list: {
    display: "grid",
    gridTemplateColumns: "fit-content(34%) minmax(0, 1fr)",
    columnGap: tokens.spacingHorizontalL,
    rowGap: tokens.spacingVerticalXS,
    margin: 0,
  },
  line: {
    display: "contents",
  },
  label: {
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  value: {
    margin: 0,
    overflowWrap: "anywhere",
  },
  strong: {
    fontWeight: tokens.fontWeightSemibold,
  },
  cut: {
    display: "-webkit-box",
    // Old, and what every web view understands.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    WebkitBoxOrient: "vertical",
    WebkitLineClamp: 2,
    overflow: "hidden",
  },
  more: {
    minWidth: 0,
    paddingInline: 0,
    color: tokens.colorBrandForeground1,
  },
});
