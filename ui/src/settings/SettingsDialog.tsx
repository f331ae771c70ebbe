import {
  Button,
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Tab,
  TabList,
  tokens,
} from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { useId, useState } from "react";

import type { Standing } from "../account/words";
import type { UiError, UiSnapshot } from "../ipc/bindings";
import { Failure } from "../Notices";
import { useMedia } from "../shared/media";
import { ShortcutList } from "../shared/ShortcutList";
import { useWords } from "../words/words";
import { AboutSection } from "./AboutSection";
import { AccountSection } from "./AccountSection";
import { DevicesSection, RingingSection } from "./DevicesSection";
import { GlobalKeys } from "./GlobalKeys";
import { PrivacySection } from "./PrivacySection";
import { QualitySection } from "./QualitySection";
import { SECTIONS, sectionTitles, type Section } from "./sections";
import { WindowSection } from "./WindowSection";

interface SettingsDialogProps {
  snapshot: UiSnapshot;
  registration: Standing;
  /** The part that is shown first. */
  first: Section;
  /** What was asked for in here and has failed: behind the dialog nobody would see it. */
  failure: UiError | null;
  onFailureRead: () => void;
  /** Closes, and does what was asked for in here once nothing lies over the window. */
  onClose: (then?: () => void) => void;
}

/** Everything that can be set, and what is to be known of the phone. What is changed counts at once. */
export function SettingsDialog({ snapshot, registration, first, failure, onFailureRead, onClose }: SettingsDialogProps) {
  const styles = useStyles();
  const { say } = useWords();
  const id = useId();
  const wide = useMedia("(min-width: 560px)");
  const [section, setSection] = useState(first);
  return (
    <Dialog
      open
      onOpenChange={(_, data) => {
        if (!data.open) {
          onClose();
        }
      }}
    >
      <DialogSurface className={styles.surface}>
        <DialogBody className={styles.body}>
          <DialogTitle
            action={<Button appearance="subtle" aria-label={say("shared.closeEscape")} icon={<Dismiss20Regular />} onClick={() => onClose()} />}
          >
            {say("settings.title")}
          </DialogTitle>
          <DialogContent className={wide ? styles.beside : styles.below}>
            <TabList
              vertical={wide}
              size="small"
              className={styles.tabs}
              selectedValue={section}
              onTabSelect={(_, { value }) => setSection(SECTIONS.find((known) => known === value) ?? "account")}
              aria-label={say("settings.sections")}
            >
              {SECTIONS.map((known) => (
                <Tab key={known} value={known} id={`${id}-${known}`} aria-controls={`${id}-panel`}>
                  {say(sectionTitles[known])}
                </Tab>
              ))}
            </TabList>
            <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${section}`} className={wide ? styles.panel : styles.panelBelow}>
              <Shown section={section} snapshot={snapshot} registration={registration} onClose={onClose} />
              <Failure failure={failure} onRead={onFailureRead} />
            </div>
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

interface ShownProps extends Pick<SettingsDialogProps, "snapshot" | "registration" | "onClose"> {
  section: Section;
}

function Shown({ section, snapshot, registration, onClose }: ShownProps) {
  switch (section) {
    case "account":
      return (
        <AccountSection
          registration={registration}
          signIns={snapshot.signIns}
          lines={snapshot.lines}
          doNotDisturb={snapshot.desktop.doNotDisturb}
          onClose={onClose}
        />
      );
    case "devices":
      return <DevicesSection snapshot={snapshot} registration={registration} />;
    case "ringing":
      return <RingingSection sound={snapshot.sound} />;
    case "window":
      return <WindowSection window={snapshot.window} desktop={snapshot.desktop} />;
    case "shortcuts":
      return (
        <>
          <GlobalKeys shortcuts={snapshot.desktop.shortcuts} managedBy={snapshot.window.managedBy} />
          <ShortcutList />
        </>
      );
    case "quality":
      return <QualitySection calls={snapshot.calls} />;
    case "privacy":
      return <PrivacySection keeps={snapshot.keeps} onClose={onClose} />;
    case "about":
      return <AboutSection snapshot={snapshot} registration={registration} />;
  }
}

const useStyles = makeStyles({
  surface: {
    boxSizing: "border-box",
    width: "calc(100% - 24px)",
    maxWidth: "720px",
    maxHeight: "calc(100vh - 24px)",
    padding: tokens.spacingHorizontalL,
  },
  body: {
    // One size for all sections: nothing moves when another one is chosen.
    height: "min(560px, calc(100vh - 64px))",
    gridTemplateRows: "auto minmax(0, 1fr)",
    maxHeight: "none",
  },
  beside: {
    display: "grid",
    gridTemplateColumns: "minmax(140px, 1fr) 3fr",
    gap: tokens.spacingHorizontalXL,
    overflow: "hidden",
  },
  below: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
  },
  tabs: {
    flexShrink: 0,
    flexWrap: "wrap",
  },
  // In a small window, or with large letters, all of it scrolls together.
  panelBelow: {
    flexShrink: 0,
    minWidth: 0,
  },
  panel: {
    minWidth: 0,
    minHeight: 0,
    overflowY: "auto",
    paddingInlineEnd: tokens.spacingHorizontalS,
  },
});
