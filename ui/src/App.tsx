import { FluentProvider, makeStyles, tokens } from "@fluentui/react-components";
import { lazy, Suspense, useCallback, useEffect, useEffectEvent, useMemo, useState } from "react";

import { FirstRun } from "./account/FirstRun";
import { SignIn } from "./account/SignIn";
import { Starting } from "./account/Starting";
import { sentences } from "./calls/words";
import { Desk } from "./Desk";
import { asUiError, type Host } from "./host/host";
import { ActContext, type Act } from "./host/HostContext";
import { next, type Shown } from "./host/shown";
import type { UiError, UiSnapshot } from "./ipc/bindings";
import { isEnglish } from "./noticeWords";
import { Announcer, type Announcement } from "./shared/Announcer";
import { ClockContext, type PhoneClock } from "./shared/clock";
import { Offers, OffersContext } from "./shared/offers";
import { NOT_KNOWN } from "./shared/report";
import { TextSizeKeys } from "./shared/textSize";
import { useTheme } from "./shared/theme";
import { tongue } from "./shared/tongue";
import { AboutContext } from "./shared/Trouble";
import { Levels, LevelsContext } from "./sound/levels";
import { useLanguage } from "./words/languages";
import { WordsContext, type Words } from "./words/words";

interface AppProps {
  host: Host;
  /** A language to speak whatever the agent has chosen, as a BCP 47 tag; for tests and while the pages are made. */
  language?: string | null;
}

/** The whole window. It shows the last snapshot and asks the host for everything else. */
export function App({ host, language = null }: AppProps) {
  const styles = useStyles();
  const [shown, setShown] = useState<Shown | null>(null);
  const [failure, setFailure] = useState<UiError | null>(null);
  const [levels] = useState(() => new Levels());
  const [offers] = useState(() => new Offers());
  useEffect(() => offers.listen(), [offers]);
  const theme = useTheme(shown?.snapshot.window.theme ?? "system");
  const words = useLanguage(language ?? shown?.snapshot.window.language ?? null);

  // What stands outside of the window is to speak its language, too; if it does not, it speaks English.
  useEffect(() => {
    host.act({ do: "speak", words: tongue(words) }).catch(() => undefined);
  }, [host, words]);

  const onSnapshot = useEffectEvent((snapshot: UiSnapshot) => {
    const arrivedAtMs = performance.now();
    levels.show(snapshot.sound);
    setShown((before) => next(words, before, snapshot, arrivedAtMs));
  });
  useEffect(() => host.watch((snapshot) => onSnapshot(snapshot)), [host]);

  const tell = useCallback((error: UiError | null) => {
    setFailure(error);
    setShown((before) => before && { ...before, announcements: error === null ? NOTHING : [failed(words, error)] });
  }, [words]);
  const asking = useMemo<Act>(() => {
    const quietly: Act["quietly"] = (action) => void host.act(action).catch((thrown: unknown) => tell(asUiError(words, thrown)));
    return {
      act: (action) => {
        // What was said before is over: the same failure is to be said again.
        tell(null);
        quietly(action);
      },
      quietly,
      fail: tell,
    };
  }, [host, tell, words]);
  const onFailureRead = useCallback(() => tell(null), [tell]);

  return (
    <FluentProvider theme={theme} dir={words.direction}>
      <WordsContext value={words}>
        <ActContext value={asking}>
          <ClockContext value={shown?.clock ?? stopped}>
            <LevelsContext value={levels}>
              <OffersContext value={offers}>
                {/* Not on the provider: the library puts the provider's classes on every tooltip's layer. */}
                <div className={styles.root}>
                  <TextSizeKeys size={shown?.snapshot.window.textSize ?? "usual"} />
                  <Announcer announcements={shown?.announcements ?? NOTHING} />
                  <AboutContext value={shown?.snapshot.window.about ?? NOT_KNOWN}>
                    <Page shown={shown} host={host} failure={failure} onFailureRead={onFailureRead} />
                  </AboutContext>
                </div>
              </OffersContext>
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
      return <FirstRun firstRun={snapshot.account} failure={failure} notices={snapshot.notices} window={snapshot.window} />;
    case "signIn":
      return <SignIn signIns={snapshot.signIns} failure={failure} notices={snapshot.notices} window={snapshot.window} />;
    case "signedIn":
      // A call comes first, and so does whoever is to be called; the steps can wait.
      if (snapshot.window.firstSteps && snapshot.calls.length === 0 && snapshot.recovery === null && snapshot.dialRequest === null) {
        return (
          <Suspense fallback={<Starting />}>
            <FirstSteps snapshot={snapshot} registration={snapshot.account} failure={failure} onFailureRead={onFailureRead} />
          </Suspense>
        );
      }
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

/** Read on the first day only. */
const FirstSteps = lazy(() => import("./account/FirstSteps").then((read) => ({ default: read.FirstSteps })));

function failed(words: Words, error: UiError): Announcement {
  const { message, advice } = error;
  const text = advice === undefined ? message : sentences(words, message, advice);
  return { text, urgent: true, ...(isEnglish(error) ? { english: true } : {}) };
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
