import type { UiAlarm, UiDelayPlace, UiFigures, UiQuality, UiSoundTrouble } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";

/** How a call sounds, in a few words. */
export function qualityWords({ say }: Words, { trouble, level }: Pick<UiQuality, "trouble" | "level">): string {
  return trouble === null ? say("calls.sound.clear") : say((level === "poor" ? badly[trouble] : undefined) ?? suffers[trouble]);
}

/** The figures behind it in one line. */
export function figuresWords({ say }: Words, { codec, lostPercent, jitterMs, roundTripMs }: UiFigures): string {
  const parts = [
    ...(codec === null ? [] : [codec]),
    ...(lostPercent === null ? [] : [say("calls.sound.lost", { percent: lostPercent })]),
    say("calls.sound.jitter", { ms: jitterMs }),
    ...(roundTripMs === null ? [] : [say("calls.sound.roundTrip", { ms: roundTripMs })]),
  ];
  return parts.reduce((first, second) => say("shared.listed", { first, second }));
}

/** Alarms that can stand. */
export const alarmWords: Readonly<Record<UiAlarm, WordId>> = {
  jitter: "calls.sound.alarm.jitter",
  roundTrip: "calls.sound.alarm.roundTrip",
  mos: "calls.sound.alarm.mos",
  loss: "calls.sound.alarm.loss",
  lastingLoss: "calls.sound.alarm.lastingLoss",
  nothingReceived: "calls.sound.alarm.nothingReceived",
  nothingSent: "calls.sound.alarm.nothingSent",
  constantMicrophone: "calls.sound.alarm.constantMicrophone",
};

/** Where time goes on the way from mouth to ear. */
export const placeWords: Readonly<Record<UiDelayPlace, WordId>> = {
  microphone: "calls.sound.part.microphone",
  encoding: "calls.sound.part.encoding",
  network: "calls.sound.part.network",
  longerPackets: "calls.sound.part.longerPackets",
  jitterBuffer: "calls.sound.part.jitterBuffer",
  speaker: "calls.sound.part.speaker",
};

const suffers: Readonly<Record<UiSoundTrouble, WordId>> = {
  longWay: "calls.sound.trouble.longWay",
  longHere: "calls.sound.trouble.longHere",
  farUneven: "calls.sound.trouble.farUneven",
  unevenUp: "calls.sound.trouble.unevenUp",
  unevenDown: "calls.sound.trouble.unevenDown",
  microphoneBreaks: "calls.sound.trouble.microphone",
  lossUp: "calls.sound.trouble.theyMiss",
  lossDown: "calls.sound.trouble.youMiss",
  busy: "calls.sound.trouble.busy",
  farSilent: "calls.sound.trouble.farSilent",
};

/** What is said in other words where it is bad. */
const badly: Readonly<Partial<Record<UiSoundTrouble, WordId>>> = {
  microphoneBreaks: "calls.sound.trouble.microphoneBadly",
  lossUp: "calls.sound.trouble.breaksUp",
  lossDown: "calls.sound.trouble.breaksUpHere",
  busy: "calls.sound.trouble.busyBadly",
};
