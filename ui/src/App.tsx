import {
  Button,
  FluentProvider,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  Spinner,
  tokens,
} from "@fluentui/react-components";
import { Dismiss20Regular } from "@fluentui/react-icons/svg/dismiss";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { AccountBar } from "./account/AccountBar";
import { FirstRun } from "./account/FirstRun";
import { NotReachable } from "./account/NotReachable";
import { announcements } from "./calls/announcements";
import { CallBox } from "./calls/CallBox";
import { Calls } from "./calls/Calls";
import { ClosingDialog } from "./calls/ClosingDialog";
import { NoCalls } from "./calls/NoCalls";
import { asUiError, type Host } from "./host/host";
import { ActContext, type Act } from "./host/HostContext";
import type { UiError, UiRegistration, UiSnapshot } from "./ipc/bindings";
import { Announcer, type Announcement } from "./shared/Announcer";
import { ClockContext, type PhoneClock } from "./shared/clock";
import { useShortcuts } from "./shared/shortcuts";
import { useTheme } from "./shared/theme";

/** The whole window. It shows the last snapshot and asks the host for everything else. */
export function App({ host }: { host: Host }) {
  const styles = useStyles();
  const [shown, setShown] = useState<Shown | null>(null);
  const [failure, setFailure] = useState<UiError | null>(null);
  const theme = useTheme();

  useEffect(() => host.watch((snapshot) => setShown((before) => next(before, snapshot))), [host]);

  const tell = useCallback((error: UiError | null) => {
    setFailure(error);
    setShown((before) => before && { ...before, announcements: error === null ? [] : [failed(error)] });
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

  return (
    <FluentProvider theme={theme}>
      <ActContext value={asking}>
        <ClockContext value={shown?.clock ?? stopped}>
          {/* Not on the provider: the library puts the provider's classes on every tooltip's layer. */}
          <div className={styles.root}>
            <Announcer announcements={shown?.announcements ?? []} />
            {shown === null ? (
              <Starting />
            ) : (
              <Window snapshot={shown.snapshot} host={host} failure={failure} onFailureRead={() => tell(null)} />
            )}
          </div>
        </ClockContext>
      </ActContext>
    </FluentProvider>
  );
}

interface WindowProps {
  snapshot: UiSnapshot;
  host: Host;
  failure: UiError | null;
  onFailureRead: () => void;
}

function Window({ snapshot, host, failure, onFailureRead }: WindowProps) {
  switch (snapshot.account.kind) {
    case "starting":
      return <Starting />;
    case "firstRun":
      return <FirstRun firstRun={snapshot.account} />;
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

function Desk({ snapshot, registration, host, failure, onFailureRead }: WindowProps & { registration: UiRegistration }) {
  const styles = useStyles();
  const field = useRef<HTMLInputElement>(null);
  const reachable = registration.reachability === "reachable";
  const toField = useCallback(() => field.current?.focus(), []);
  useShortcuts({ number: toField });
  return (
    <>
      <AccountBar registration={registration} />
      <main className={styles.main}>
        <CallBox host={host} reachable={reachable} field={field} />
        <NotReachable registration={registration} />
        {snapshot.notices.map(({ words, advice }) => (
          <MessageBar key={words} intent="warning" layout="multiline" className={styles.notice}>
            <MessageBarBody>
              <MessageBarTitle>{words}</MessageBarTitle>
              {advice}
            </MessageBarBody>
          </MessageBar>
        ))}
        {failure !== null && (
          <MessageBar intent="error" layout="multiline" className={styles.notice}>
            <MessageBarBody>{failure.message}</MessageBarBody>
            <MessageBarActions
              containerAction={
                <Button appearance="transparent" aria-label="Dismiss" icon={<Dismiss20Regular />} onClick={onFailureRead} />
              }
            />
          </MessageBar>
        )}
        <Calls calls={snapshot.calls} microphone={snapshot.sound.microphone} onFocusLost={toField} />
        {snapshot.calls.every(({ state }) => state === "ended") && <NoCalls reachable={reachable} />}
      </main>
      <ClosingDialog open={snapshot.closing} calls={snapshot.calls} />
    </>
  );
}

function Starting() {
  const styles = useStyles();
  return (
    <main className={styles.starting}>
      <Spinner label="Starting" labelPosition="below" />
    </main>
  );
}

/** A snapshot, when it came, and what was last said: news in it, or a failure since. */
interface Shown {
  readonly snapshot: UiSnapshot;
  readonly clock: PhoneClock;
  readonly announcements: readonly Announcement[];
}

function next(before: Shown | null, snapshot: UiSnapshot): Shown {
  const said = announcements(before?.snapshot ?? null, snapshot);
  return {
    snapshot,
    clock: { nowMs: snapshot.nowMs, arrivedAtMs: performance.now() },
    // Levels and figures come several times a second: what was said stays until there is news.
    announcements: said.length === 0 ? (before?.announcements ?? []) : said,
  };
}

function failed(error: UiError): Announcement {
  return { text: error.message, urgent: true };
}

const stopped: PhoneClock = { nowMs: 0, arrivedAtMs: 0 };

const useStyles = makeStyles({
  root: {
    display: "flex",
    flexDirection: "column",
    minHeight: "100vh",
    boxSizing: "border-box",
    // A wide window keeps the column in the middle.
    paddingInline: "max(0px, calc(50vw - 280px))",
    backgroundColor: tokens.colorNeutralBackground2,
    userSelect: "none",
    cursor: "default",
  },
  main: {
    display: "flex",
    flexDirection: "column",
    flexGrow: 1,
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalXXL}`,
  },
  notice: {
    flexShrink: 0,
  },
  starting: {
    display: "grid",
    placeItems: "center",
    flexGrow: 1,
  },
});
