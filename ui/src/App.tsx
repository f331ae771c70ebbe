import { FluentProvider, makeStyles, tokens } from "@fluentui/react-components";
import { useCallback, useEffect, useMemo, useState } from "react";

import { FirstRun } from "./account/FirstRun";
import { SignIn } from "./account/SignIn";
import { Starting } from "./account/Starting";
import { Desk } from "./Desk";
import { asUiError, type Host } from "./host/host";
import { ActContext, type Act } from "./host/HostContext";
import { next, type Shown } from "./host/shown";
import type { UiError } from "./ipc/bindings";
import { Announcer, type Announcement } from "./shared/Announcer";
import { ClockContext, type PhoneClock } from "./shared/clock";
import { useTheme } from "./shared/theme";
import { Levels, LevelsContext } from "./sound/levels";

/** The whole window. It shows the last snapshot and asks the host for everything else. */
export function App({ host }: { host: Host }) {
  const styles = useStyles();
  const [shown, setShown] = useState<Shown | null>(null);
  const [failure, setFailure] = useState<UiError | null>(null);
  const [levels] = useState(() => new Levels());
  const theme = useTheme();

  useEffect(
    () =>
      host.watch((snapshot) => {
        const arrivedAtMs = performance.now();
        levels.show(snapshot.sound);
        setShown((before) => next(before, snapshot, arrivedAtMs));
      }),
    [host, levels],
  );

  const tell = useCallback((error: UiError | null) => {
    setFailure(error);
    setShown((before) => before && { ...before, announcements: error === null ? NOTHING : [failed(error)] });
  }, []);
  const asking = useMemo<Act>(
    () => ({
      act: (action) => {
        // What was said before is over: the same failure is to be said again.
        tell(null);
        host.act(action).catch((thrown: unknown) => tell(asUiError(thrown)));
      },
      fail: tell,
    }),
    [host, tell],
  );
  const onFailureRead = useCallback(() => tell(null), [tell]);

  return (
    <FluentProvider theme={theme}>
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
