import { FluentProvider, makeStyles, tokens } from "@fluentui/react-components";
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from "react";

import { FirstRun } from "./account/FirstRun";
import { SignIn } from "./account/SignIn";
import { Starting } from "./account/Starting";
import { Desk } from "./Desk";
import { asUiError, type Host } from "./host/host";
import { ActContext, type Act } from "./host/HostContext";
import { next, type Shown } from "./host/shown";
import type { UiError, UiSnapshot } from "./ipc/bindings";
import { Announcer, type Announcement } from "./shared/Announcer";
import { ClockContext, type PhoneClock } from "./shared/clock";
import { useTheme } from "./shared/theme";
import { Levels, LevelsContext } from "./sound/levels";
import { useLanguage } from "./words/languages";
import { WordsContext } from "./words/words";

interface AppProps {
  host: Host;
  /** The language that was asked for, as a BCP 47 tag; without one, the system's. */
  language?: string | null;
}

/** The whole window. It shows the last snapshot and asks the host for everything else. */
export function App({ host, language = null }: AppProps) {
  const styles = useStyles();
  const [shown, setShown] = useState<Shown | null>(null);
  const [failure, setFailure] = useState<UiError | null>(null);
  const [levels] = useState(() => new Levels());
  const theme = useTheme();
  const words = useLanguage(language);

  const onSnapshot = useEffectEvent((snapshot: UiSnapshot) => {
    const arrivedAtMs = performance.now();
    levels.show(snapshot.sound);
    setShown((before) => next(words, before, snapshot, arrivedAtMs));
  });
  useEffect(() => host.watch((snapshot) => onSnapshot(snapshot)), [host]);

  const tell = useCallback((error: UiError | null) => {
    setFailure(error);
    setShown((before) => before && { ...before, announcements: error === null ? NOTHING : [failed(error)] });
  }, []);
  const asking = useMemo<Act>(
    () => ({
      act: (action) => {
        // What was said before is over: the same failure is to be said again.
        tell(null);
        host.act(action).catch((thrown: unknown) => tell(asUiError(words, thrown)));
      },
      fail: tell,
    }),
    [host, tell, words],
  );
  const onFailureRead = useCallback(() => tell(null), [tell]);

  return (
    <FluentProvider theme={theme} dir={words.direction}>
      <WordsContext value={words}>
        <ActContext value={asking}>
          <ClockContext value={shown?.clock ?? stopped}>
            <LevelsContext value={levels}>
              {/* Not on the provider: the library puts the provider's classes on every tooltip's layer. */}
              <div className={styles.root}>
                <Announcer announcements={shown?.announcements ?? NOTHING} />
                <Page shown={shown} host={host} failure={failure} onFailureRead={onFailureRead} />
              </div>
            </LevelsContext>
          </ClockContext>
        </ActContext>
      </WordsContext>
    </FluentProvider>
  );
}

interface PageProps {
  shown: Shown | null;
  host: Host;
  failure: UiError | null;
  onFailureRead: () => void;
}

function Page({ shown, host, failure, onFailureRead }: PageProps) {
  if (shown === null) {
    return <Starting />;
  }
  const { snapshot } = shown;
  switch (snapshot.account.kind) {
    case "starting":
      return <Starting />;
    case "firstRun":
      return <FirstRun firstRun={snapshot.account} failure={failure} />;
    case "signIn":
      return <SignIn signIns={snapshot.signIns} failure={failure} />;
    case "signedIn":
      return (
        <Desk
          snapshot={snapshot}
          registration={snapshot.account}
          host={host}
          failure={failure}
          onFailureRead={onFailureRead}
        />
      );
  }
}

function failed(error: UiError): Announcement {
  return { text: error.message, urgent: true };
}

const NOTHING: readonly Announcement[] = [];

const stopped: PhoneClock = { nowMs: 0, arrivedAtMs: 0 };

const useStyles = makeStyles({
  root: {
    display: "flex",
    flexDirection: "column",
    minHeight: "100vh",
    boxSizing: "border-box",
    backgroundColor: tokens.colorNeutralBackground2,
    userSelect: "none",
    cursor: "default",
  },
});
