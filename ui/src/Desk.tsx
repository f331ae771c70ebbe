import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { lazy, Suspense, useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { AccountBar } from "./account/AccountBar";
import { DoNotDisturb } from "./account/DoNotDisturb";
import { NotReachable } from "./account/NotReachable";
import { SignInBars } from "./account/SignInBars";
import { standing } from "./account/words";
import { CompactBar } from "./bar/CompactBar";
import { Calls } from "./calls/Calls";
import { ClosingDialog } from "./calls/ClosingDialog";
import { Drafts, DraftsContext } from "./calls/drafts";
import { NoCalls } from "./calls/NoCalls";
import { Recovery } from "./calls/Recovery";
import { isIncoming } from "./calls/words";
import { CallBox } from "./dial/CallBox";
import { DialContext, type Dialling } from "./dial/DialContext";
import { DialQuestion } from "./dial/DialQuestion";
import { asUiError, type Host } from "./host/host";
import { useAct } from "./host/HostContext";
import type { UiError, UiRegistration, UiSnapshot } from "./ipc/bindings";
import { Failure, Notices } from "./Notices";
import { Drawer } from "./people/Drawer";
import { Experts, ExpertsContext } from "./people/experts";
import { Panel } from "./people/Panel";
import { Side, useSideTab } from "./people/Side";
import { ForgetDialog } from "./recents/ForgetDialog";
import { Recents } from "./recents/Recents";
import { SECTIONS, sectionTitles, type Section } from "./settings/sections";
import { managedWords } from "./settings/words";
import { useFocusKept } from "./shared/focusKept";
import { useMedia } from "./shared/media";
import { offered, useOffers } from "./shared/offers";
import { ShortcutsDialog } from "./shared/ShortcutsDialog";
import { SoundContext, type SoundPlace, type SoundShown } from "./sound/SoundPopover";
import { useWords } from "./words/words";

interface DeskProps {
  snapshot: UiSnapshot;
  registration: UiRegistration;
  host: Host;
  failure: UiError | null;
  onFailureRead: () => void;
}

/** The window of an agent who has a phone: who they are, the call box, the calls, and those before. */
export function Desk({ snapshot, registration, host, failure, onFailureRead }: DeskProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const { act, quietly, fail } = useAct();
  const { calls, transfers, group, recovery, recents, sound, signIns, lines, dialRequest } = snapshot;
  const root = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [soundOpenAt, setSoundOpenAt] = useState<SoundPlace | null>(null);
  const [helpOpen, setHelpOpen] = useState(false);
  const [settings, setSettings] = useState<Section | null>(null);
  const settingsOpen = settings !== null;
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [forgetOpen, setForgetOpen] = useState(false);
  const wide = useMedia("(min-width: 800px)");
  const [experts] = useState(() => new Experts(host));
  useEffect(() => experts.start(), [experts]);
  const onNoteRefused = useEffectEvent((thrown: unknown) => fail(asUiError(words, thrown)));
  const [drafts] = useState(() => new Drafts(host));
  useEffect(() => drafts.onRefused((thrown) => onNoteRefused(thrown)), [drafts]);
  useEffect(() => drafts.keep(calls), [drafts, calls]);
  const expertsField = useRef<HTMLInputElement>(null);
  const expertsButton = useRef<HTMLButtonElement>(null);
  const [expertsOpen, setExpertsOpen] = useState(false);

  const reachable = registration.reachability === "reachable";
  const live = calls.filter(({ state }) => state !== "ended");
  const atHand = live.some((call) => !isIncoming(call));
  const ringing = live.some(isIncoming);
  // Without a sign-in there are none; who asks for them all the same is told why.
  const haveExperts = signIns.length > 0;
  const side = useSideTab(atHand && haveExperts, haveExperts ? "experts" : "recent");

  // Nothing may lie over a call that rings, or over a question: what the agent had opened closes when one begins.
  const newest = calls.findLast(isIncoming)?.id ?? null;
  const [seen, setSeen] = useState({ newest, dialRequest });
  if (newest !== seen.newest || dialRequest !== seen.dialRequest) {
    setSeen({ newest, dialRequest });
    if (newest !== null || dialRequest !== null) {
      setSoundOpenAt(null);
      setHelpOpen(false);
      setPaletteOpen(false);
      setSettings(null);
      setForgetOpen(false);
    }
  }

  // The question waits until nothing rings, and until it is clear whether the window closes.
  const asks = dialRequest !== null && !ringing && !snapshot.closing;

  const fullButton = useRef<HTMLButtonElement>(null);
  const toField = useCallback(() => (field.current ?? fullButton.current)?.focus(), []);
  useFocusKept(root, toField);
  const { doNotDisturb } = snapshot.desktop;
  // Calls could come in, and none does.
  const isQuiet = doNotDisturb && reachable;
  const stands = standing(words, registration, isQuiet);
  const { mode, alwaysOnTop, managedBy } = snapshot.window;
  const isCompact = mode === "compact";
  const onTopManaged = snapshot.window.managed.includes("alwaysOnTop");
  const compact = offered(say(isCompact ? "bar.toFull" : "bar.toCompact"), () => act({ do: "setMode", mode: isCompact ? "full" : "compact" }));
  const onTop = offered(
    say(alwaysOnTop ? "bar.onTop.off" : "bar.onTop"),
    () => act({ do: "setAlwaysOnTop", on: !alwaysOnTop }),
    onTopManaged ? managedWords(words, managedBy) : undefined,
  );
  const askToForget = () => setForgetOpen(!ringing && !asks);
  // A bar has no room for a list over it, nor for a question.
  const inFull = (open: () => void) => {
    if (isCompact) {
      compact.run();
    }
    open();
  };
  const needsRoom = isCompact && (asks || snapshot.closing);
  useEffect(() => {
    if (needsRoom) {
      quietly({ do: "setMode", mode: "full" });
    }
  }, [needsRoom, quietly]);
  useOffers({
    compact,
    onTop,
    doNotDisturb: offered(say(doNotDisturb ? "account.doNotDisturb.end" : "account.doNotDisturb"), () => act({ do: "setDoNotDisturb", on: !doNotDisturb })),
    callCopied: offered(say("keys.always.callCopied"), () => act({ do: "callCopied" }), reachable ? undefined : say("dial.cannotCall")),
    ...(recents.length > 0 ? { clearRecents: () => inFull(askToForget) } : {}),
    // Two layers would fight for the keyboard.
    ...(asks || helpOpen
      ? {}
      : {
          settings: [
            () => inFull(() => setSettings(settingsOpen ? null : "account")),
            ...SECTIONS.map((section) =>
              offered(say("shared.labelled", { label: say("settings.title"), text: say(sectionTitles[section]) }), () => inFull(() => setSettings(section))),
            ),
          ],
          checkSound: offered(
            say("sound.check"),
            () => {
              inFull(() => setSettings("devices"));
              act({ do: "checkSound", on: true });
            },
            live.length > 0 ? say("sound.check.inCall") : undefined,
          ),
        }),
    ...(asks || settingsOpen ? {} : { help: offered(say("keys.title"), () => inFull(() => setHelpOpen(!helpOpen))) }),
    ...(asks || helpOpen || settingsOpen || soundOpenAt !== null || snapshot.closing ? {} : { palette: () => inFull(() => setPaletteOpen(!paletteOpen)) }),
  });
  // The bar has no place for these, and says so itself.
  useOffers(
    isCompact || asks
      ? {}
      : {
          number: () => {
            field.current?.focus();
            field.current?.select();
          },
          sound: () => setSoundOpenAt(soundOpenAt === null ? (atHand ? "call" : "bar") : null),
          experts: () => {
            flushSync(() => {
              setExpertsOpen(true);
              if (wide) {
                side.choose("experts");
              }
            });
            expertsField.current?.focus();
            expertsField.current?.select();
          },
        },
  );
  const soundShown = useMemo<SoundShown>(
    () => ({ sound, managedBy, openAt: soundOpenAt, setOpenAt: setSoundOpenAt }),
    [sound, managedBy, soundOpenAt],
  );

  const dialling = useMemo<Dialling>(() => ({ host, reachable, recents, ringing }), [host, reachable, recents, ringing]);

  // Above the calls, but in a call below it: no button moves under the pointer of somebody who talks.
  const news = (
    <>
      <SignInBars signIns={signIns} inCall={atHand} />
      <NotReachable registration={registration} inCall={atHand} />
      <Notices notices={snapshot.notices} />
      <Failure failure={settingsOpen ? null : failure} onRead={onFailureRead} />
    </>
  );

  const closeExperts = () => {
    flushSync(() => setExpertsOpen(false));
    (expertsButton.current ?? field.current)?.focus();
  };
  const closeSettings = (then?: () => void) => {
    flushSync(() => setSettings(null));
    then?.();
  };
  const canAsk = haveExperts || expertsOpen;
  const panel = (
    <Panel
      calls={calls}
      transfers={transfers}
      signIns={signIns}
      field={expertsField}
      onNumber={toField}
      {...(wide ? {} : { onClose: closeExperts })}
    />
  );
  const recentCalls = (
    <Recents
      recents={recents}
      reachable={reachable}
      folded={!wide && (live.length > 0 || expertsOpen)}
      ringing={ringing || asks}
      tabbed={wide && canAsk}
      onClear={askToForget}
      onFocusLost={toField}
    />
  );

  const beside = wide && (recents.length > 0 || canAsk);
  return (
    <SoundContext value={soundShown}>
      <DialContext value={dialling}>
        <ExpertsContext value={haveExperts ? experts : null}>
          <DraftsContext value={drafts}>
            <div ref={root} className={mergeClasses(styles.desk, beside && styles.wide, isCompact && styles.compact)}>
              {doNotDisturb && <DoNotDisturb />}
              {isCompact ? (
                <CompactBar
                  calls={calls}
                  transfers={transfers}
                  group={group}
                  window={snapshot.window}
                  registration={stands}
                  compact={compact}
                  onTop={onTop}
                  button={fullButton}
                >
                  {recovery !== null && <Recovery recovery={recovery} />}
                  {news}
                </CompactBar>
              ) : (
                <>
                  <AccountBar
                    registration={stands}
                    doNotDisturb={isQuiet}
                    signIns={signIns}
                    lines={lines}
                    inCall={atHand}
                    ringing={ringing || asks}
                    onHelp={() => setHelpOpen(true)}
                    onSettings={() => setSettings("account")}
                    compact={compact}
                  />
                  <main className={mergeClasses(styles.main, beside && styles.columns)}>
                    <div className={styles.column}>
                      {recovery !== null && <Recovery recovery={recovery} />}
                      <CallBox field={field} lines={lines} />
                      {!atHand && news}
                      <Calls calls={calls} transfers={transfers} group={group} sound={sound} onFocusLost={toField} />
                      {atHand && news}
                      {!wide && canAsk && (
                        <Drawer button={expertsButton} open={expertsOpen} inCall={atHand} onOpen={() => setExpertsOpen(true)}>
                          {panel}
                        </Drawer>
                      )}
                      {live.length === 0 && (wide || (recents.length === 0 && !expertsOpen)) && (
                        <NoCalls reachability={registration.reachability} doNotDisturb={doNotDisturb} noRecents={recents.length === 0} />
                      )}
                    </div>
                    {wide && canAsk ? (
                      <Side tab={side.tab} onTab={side.choose} onTouched={side.setTouched} experts={panel} recents={recentCalls} />
                    ) : (
                      recents.length > 0 && <div className={styles.column}>{recentCalls}</div>
                    )}
                  </main>
                </>
              )}
            </div>
            {paletteOpen && (
              <Suspense>
                <Palette calls={calls} transfers={transfers} onClose={() => setPaletteOpen(false)} />
              </Suspense>
            )}
          </DraftsContext>
        </ExpertsContext>
      </DialContext>
      {settings !== null && (
        <Suspense>
          <SettingsDialog
            snapshot={snapshot}
            registration={stands}
            first={settings}
            failure={failure}
            onFailureRead={onFailureRead}
            onClose={closeSettings}
          />
        </Suspense>
      )}
      {asks && <DialQuestion number={dialRequest} reachable={reachable} lines={lines} calls={calls} />}
      <ForgetDialog
        open={forgetOpen}
        recents={recents}
        onClose={(forget) => {
          setForgetOpen(false);
          if (forget) {
            act({ do: "forget", recent: null });
          }
        }}
      />
      <ClosingDialog open={snapshot.closing} calls={calls} />
      <ShortcutsDialog open={helpOpen} onClose={() => setHelpOpen(false)} />
    </SoundContext>
  );
}

/** These are read when they are wanted first: the phone is there without them. */
const Palette = lazy(() => import("./palette/Palette").then((read) => ({ default: read.Palette })));

const SettingsDialog = lazy(() => import("./settings/SettingsDialog").then((read) => ({ default: read.SettingsDialog })));

const useStyles = makeStyles({
  desk: {
    display: "flex",
    flexDirection: "column",
    flexGrow: 1,
    boxSizing: "border-box",
    width: "100%",
    maxWidth: "560px",
    margin: "0 auto",
  },
  wide: {
    maxWidth: "960px",
  },
  compact: {
    maxWidth: "none",
  },
  main: {
    display: "flex",
    flexDirection: "column",
    flexGrow: 1,
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalL}`,
    "@media (max-width: 359px)": { paddingInline: tokens.spacingHorizontalM },
  },
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 5fr) minmax(0, 4fr)",
    columnGap: tokens.spacingHorizontalXXL,
  },
  column: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
    minWidth: 0,
    ":first-child:last-child": { flexGrow: 1 },
  },
});
