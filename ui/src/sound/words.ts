import { sentences } from "../calls/words";
import type { UiDevice, UiDeviceChoice, UiDeviceRole, UiNoiseSuppression } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";

/** What a device is called by the part it plays. */
export const roleWords: Readonly<Record<UiDeviceRole, WordId>> = {
  microphone: "sound.role.microphone",
  speaker: "sound.role.speaker",
  ringer: "sound.role.ringer",
};

/** What plays a short sound on a device. */
export const tryWords: Readonly<Record<UiDeviceRole, WordId>> = {
  microphone: "sound.try.microphone",
  speaker: "sound.try.speaker",
  ringer: "sound.try.ringer",
};

/** How much of what is no voice is taken out. */
export const noiseWords: Readonly<Record<UiNoiseSuppression, WordId>> = {
  off: "sound.noise.off",
  moderate: "sound.noise.moderate",
  strong: "sound.noise.strong",
};

/** What that is good for. */
export const noiseHints: Readonly<Record<UiNoiseSuppression, WordId>> = {
  off: "sound.noise.offHint",
  moderate: "sound.noise.moderateHint",
  strong: "sound.noise.strongHint",
};

/** Stands for all devices among the ids, as in `crates/ipc`: it rings on every one. */
export const EVERYWHERE = "everywhere";

/** What can be chosen to ring on: any of these, or all. */
export function ringChoices({ say }: Words, speakers: readonly UiDeviceChoice[] | null): readonly UiDeviceChoice[] | null {
  return speakers === null ? null : [{ id: EVERYWHERE, name: say("sound.allDevices"), isDefault: false }, ...speakers];
}

/** What is chosen, for the button that changes it. `choices` is null while the devices are being listed. */
export function choiceWords(words: Words, { chosen, name, state }: UiDevice, choices: readonly UiDeviceChoice[] | null): string {
  if (chosen === null) {
    return defaultWords(words, choices?.find(({ isDefault }) => isDefault)?.name ?? name);
  }
  if (chosen === EVERYWHERE) {
    return words.say("sound.allDevices");
  }
  const listed = choices?.find(({ id }) => id === chosen);
  if (listed !== undefined) {
    return listed.name;
  }
  // What is in use now is another one if it only stands in.
  return choices === null && state !== "standIn" && name !== null ? name : words.say("sound.chosenMissing");
}

/** The choice that follows the system. */
export function defaultWords({ say }: Words, name: string | null): string {
  return name === null ? say("sound.default") : say("sound.defaultNamed", { name });
}

/** What is wrong with a device and what to do; none if nothing is. */
export function troubleWords(words: Words, role: UiDeviceRole, { chosen, state, name }: UiDevice): string | null {
  const { say } = words;
  switch (state) {
    case "closed":
    case "inUse":
      return null;
    case "standIn":
      return sentences(
        words,
        say(chosen === null ? USUAL_WORDS[role] : NOT_CONNECTED_WORDS[role]),
        say("sound.standsIn", { name: name ?? say("sound.anotherOne") }),
      );
    case "denied":
      return say(DENIED_WORDS[role]);
    case "missing":
      return sentences(words, say(MISSING_WORDS[role]), say("sound.plugIn"));
  }
}

const NOT_CONNECTED_WORDS: Readonly<Record<UiDeviceRole, WordId>> = {
  microphone: "sound.notConnected.microphone",
  speaker: "sound.notConnected.speaker",
  ringer: "sound.notConnected.ringer",
};

/** Nobody has chosen one: the system's own cannot be used. */
const USUAL_WORDS: Readonly<Record<UiDeviceRole, WordId>> = {
  microphone: "sound.usual.microphone",
  speaker: "sound.usual.speaker",
  ringer: "sound.usual.ringer",
};

const DENIED_WORDS: Readonly<Record<UiDeviceRole, WordId>> = {
  microphone: "sound.denied.microphone",
  speaker: "sound.denied.speaker",
  ringer: "sound.denied.ringer",
};

const MISSING_WORDS: Readonly<Record<UiDeviceRole, WordId>> = {
  microphone: "sound.missing.microphone",
  speaker: "sound.missing.speaker",
  ringer: "sound.missing.ringer",
};
