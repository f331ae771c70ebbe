import type { UiStep, UiTransferred } from "../ipc/bindings";
import type { Words } from "../words/words";

/** To whom a call was handed over, and whether it came to that. */
export function handedWords({ say }: Words, { to, outcome }: UiTransferred): string {
  const who = to.name ?? to.number;
  switch (outcome) {
    case "done":
      return say("recents.handed.done", { who });
    case "failed":
      return say("recents.handed.failed", { who });
    case "unknown":
      return say("recents.handed.unknown", { who });
  }
}

/** In which way it was, or was to be. */
export function howWords({ say }: Words, { how }: UiTransferred): string {
  switch (how) {
    case "warm":
      return say("recents.how.warm");
    case "blind":
      return say("recents.how.blind");
    case "group":
      return say("recents.how.group");
  }
}

/** One step of handing a call over. */
export function stepWords({ say }: Words, { kind, who, status }: UiStep): string {
  const other = who ?? "";
  switch (kind) {
    case "called":
      return say("recents.step.called", { who: other });
    case "answered":
      return say("recents.step.answered", { who: other });
    case "asked":
      return say("recents.step.asked", { who: other });
    case "accepted":
      return say("recents.step.accepted");
    case "progress":
      return say("recents.step.progress", { status: status ?? 0 });
    case "done":
      return say("recents.step.done");
    case "failed":
      return status === null ? say("recents.step.failed") : say("recents.step.failedWith", { status });
    case "merged":
      return say("recents.step.merged");
    case "recovered":
      return say("recents.step.recovered");
  }
}
