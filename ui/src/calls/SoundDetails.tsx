import { makeStyles, tokens } from "@fluentui/react-components";

import type { UiDelay, UiQuality } from "../ipc/bindings";
import { useWords } from "../words/words";
import { alarmWords, placeWords } from "./soundWords";

interface SoundDetailsProps {
  id: string;
  quality: UiQuality;
}

/** What is behind the words: opinion, alarms, and where the time from mouth to ear goes. */
export function SoundDetails({ id, quality: { mos, mosThere, delay, alarms } }: SoundDetailsProps) {
  const styles = useStyles();
  const { say, line } = useWords();
  return (
    <div id={id} role="group" aria-label={say("calls.sound.details")} className={styles.details}>
      {mos !== null && (
        <p className={styles.line}>
          {mosThere === null
            ? say("calls.sound.quality", { here: mos, best: BEST })
            : say("calls.sound.qualityBoth", { here: mos, best: BEST, there: mosThere })}
        </p>
      )}
      {alarms.length > 0 && <p className={styles.line}>{line(alarms.map((alarm) => say(alarmWords[alarm])))}</p>}
      <Delay delay={delay} />
    </div>
  );
}

function Delay({ delay: { ms, parts } }: { delay: UiDelay }) {
  const styles = useStyles();
  const { say } = useWords();
  const longest = Math.max(1, ...parts.map((part) => part.ms ?? 0));
  return (
    <>
      <p className={styles.line}>{say("calls.sound.delay", { ms })}</p>
      <dl className={styles.parts}>
        {parts.map((part) => (
          <div key={part.place} className={styles.part}>
            <dt className={styles.label}>{say(placeWords[part.place])}</dt>
            <dd className={styles.figure}>
              <span className={styles.value}>{part.ms === null ? say("calls.sound.unknown") : say("calls.sound.ms", { ms: part.ms })}</span>
              <span aria-hidden className={styles.track}>
                <span className={styles.bar} style={{ width: `${((part.ms ?? 0) / longest) * 100}%` }} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** The best there is (ITU-T G.107). */
const BEST = 4.5;

const useStyles = makeStyles({
  details: {
    // On a line of its own, below the words.
    flexBasis: "100%",
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalXS} 0`,
  },
  line: {
    margin: 0,
    fontVariantNumeric: "tabular-nums",
  },
  parts: {
    display: "grid",
    gap: tokens.spacingVerticalXXS,
    margin: 0,
  },
  part: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 11em) minmax(0, 1fr)",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalS,
  },
  figure: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 7em) minmax(24px, 1fr)",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalS,
    margin: 0,
  },
  label: {
    overflowWrap: "anywhere",
  },
  value: {
    textAlign: "end",
    fontVariantNumeric: "tabular-nums",
  },
  track: {
    height: "4px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground5,
    "@media (forced-colors: active)": { outline: "1px solid CanvasText" },
  },
  bar: {
    display: "block",
    height: "100%",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorBrandBackground,
    "@media (forced-colors: active)": { backgroundColor: "CanvasText", forcedColorAdjust: "none" },
  },
});
