import { makeStyles } from "@fluentui/react-components";
import { Fragment } from "react";

/** Something to be said to whoever cannot see it. */
export interface Announcement {
  readonly text: string;
  /** Interrupts what is being read. */
  readonly urgent: boolean;
  /** It is English, whatever the window speaks: a voice of that language is to read it. */
  readonly english?: boolean;
}

/**
 * The window's two live regions. They stay in the page from the start: a region that appears together
 * with its text is not read by every screen reader.
 */
export function Announcer({ announcements }: { announcements: readonly Announcement[] }) {
  const styles = useStyles();
  const text = (urgent: boolean) =>
    announcements
      .filter((announcement) => announcement.urgent === urgent)
      .map(({ text, english }, index) => (
        // Nobody is in a place: what is said is replaced as a whole.
        <Fragment key={index}>
          {index > 0 && " "}
          {english === true ? <span lang="en">{text}</span> : text}
        </Fragment>
      ));
  return (
    <>
      <div role="alert" aria-live="assertive" className={styles.hidden} data-testid="urgent">
        {text(true)}
      </div>
      <div role="status" aria-live="polite" className={styles.hidden} data-testid="polite">
        {text(false)}
      </div>
    </>
  );
}

const useStyles = makeStyles({
  hidden: {
    position: "absolute",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
    whiteSpace: "nowrap",
  },
});
