import { announcements } from "../calls/announcements";
import type { UiSnapshot } from "../ipc/bindings";
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
}

/**
 * What is shown after `snapshot` has come. Snapshots come complete, several times a second while
 * somebody speaks: what has not changed stays the same object, and if only levels and the time have,
 * everything does, so that nothing is drawn anew. Levels go their own way (`sound/levels.ts`).
 */
export function next(words: Words, before: Shown | null, snapshot: UiSnapshot, arrivedAtMs: number): Shown {
  const after = withoutLevels(snapshot);
  const clock: PhoneClock = { nowMs: snapshot.nowMs, arrivedAtMs };
  if (before === null) {
    return { snapshot: after, clock, announcements: announcements(words, null, after) };
  }
  // The clock runs on by itself: `nowMs` of a snapshot is told to it alone.
  const same = shared(before.snapshot, { ...after, nowMs: before.snapshot.nowMs });
  const keptClock = agrees(before.clock, clock) ? before.clock : clock;
  if (same === before.snapshot && keptClock === before.clock) {
    return before;
  }
  const said = announcements(words, before.snapshot, same);
  return { snapshot: same, clock: keptClock, announcements: said.length === 0 ? before.announcements : said };
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
