import { announcements } from "../calls/announcements";
import type { UiAccount, UiSnapshot } from "../ipc/bindings";
import type { Announcement } from "../shared/Announcer";
import { agrees, type PhoneClock } from "../shared/clock";
import { shared } from "../shared/structure";
import type { Words } from "../words/words";

/** What the window shows: a snapshot without its levels, when it came, and what was last said. */
export interface Shown {
  readonly snapshot: UiSnapshot;
  readonly clock: PhoneClock;
  /** News in the snapshot, or a failure since. */
  readonly announcements: readonly Announcement[];
  /** How the phone stood when it last did not merely try to connect: what was last said of it. */
  readonly stood: UiAccount;
}

/**
 * What is shown after `snapshot` has come. Snapshots come complete, several times a second while
 * somebody speaks: what has not changed stays the same object, and if only levels and the time have,
 * everything does, so that nothing is drawn anew. Levels go their own way (`sound/levels.ts`).
 */
export function next(words: Words, before: Shown | null, snapshot: UiSnapshot, arrivedAtMs: number): Shown {
  const after = withReason(before?.stood, withoutLevels(snapshot));
  const clock: PhoneClock = { nowMs: snapshot.nowMs, arrivedAtMs };
  if (before === null) {
    return { snapshot: after, clock, announcements: announcements(words, null, after), stood: after.account };
  }
  // The clock runs on by itself: `nowMs` of a snapshot is told to it alone.
  const same = shared(before.snapshot, { ...after, nowMs: before.snapshot.nowMs });
  const keptClock = agrees(before.clock, clock) ? before.clock : clock;
  if (same === before.snapshot && keptClock === before.clock) {
    return before;
  }
  const said = announcements(words, { ...before.snapshot, account: before.stood }, same);
  const stood = isConnecting(same.account) ? before.stood : same.account;
  return { snapshot: same, clock: keptClock, announcements: said.length === 0 ? before.announcements : said, stood };
}

/** Each time the phone tries again it says no more why it could not: that stays until it can, or cannot otherwise. */
function withReason(stood: UiAccount | undefined, snapshot: UiSnapshot): UiSnapshot {
  const { account } = snapshot;
  if (stood?.kind !== "signedIn" || account.kind !== "signedIn" || !isConnecting(account) || account.reason !== null) {
    return snapshot;
  }
  return { ...snapshot, account: { ...account, reason: stood.reason, advice: stood.advice } };
}

function isConnecting(account: UiAccount): boolean {
  return account.kind === "signedIn" && account.reachability === "connecting";
}

function withoutLevels(snapshot: UiSnapshot): UiSnapshot {
  const { microphone, speaker, ringer } = snapshot.sound;
  return {
    ...snapshot,
    sound: {
      ...snapshot.sound,
      microphone: { ...microphone, levelPercent: 0 },
      speaker: { ...speaker, levelPercent: 0 },
      ringer: { ...ringer, levelPercent: 0 },
    },
  };
}
