import type { UiRecording, UiRecordingFailure, UiRecordingState } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";

/** How the recording of a call stands. */
export function recordedWords({ say }: Words, { state, failure }: UiRecording): string {
  return say(failure === null ? stands[state] : failed[failure]);
}

const stands: Readonly<Record<UiRecordingState, WordId>> = {
  off: "calls.recorded.not",
  announcing: "calls.recorded.announcing",
  on: "calls.recorded.on",
  waiting: "calls.recorded.waiting",
  paused: "calls.recorded.paused",
  failed: "calls.recorded.failed",
};

const failed: Readonly<Record<UiRecordingFailure, WordId>> = {
  diskFull: "calls.recorded.diskFull",
  folderGone: "calls.recorded.folderGone",
  notPermitted: "calls.recorded.notPermitted",
  tooLong: "calls.recorded.tooLong",
  announcement: "calls.recorded.announcement",
  other: "calls.recorded.failed",
};
