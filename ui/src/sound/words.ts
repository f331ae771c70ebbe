import type { UiDevice, UiDeviceChoice, UiDeviceRole, UiNoiseSuppression } from "../ipc/bindings";

/** What a device is called by the part it plays. */
export const roleWords: Readonly<Record<UiDeviceRole, string>> = {
  microphone: "Microphone",
  speaker: "Speaker",
  ringer: "Ring",
};

/** How much of what is no voice is taken out. */
export const noiseWords: Readonly<Record<UiNoiseSuppression, string>> = {
  off: "Off",
  moderate: "Moderate",
  strong: "Strong",
};

/** What that is good for. */
export const noiseHints: Readonly<Record<UiNoiseSuppression, string>> = {
  off: "Others hear all that you hear",
  moderate: "Against fans, streets and many voices",
  strong: "Against keys and dishes too; your voice may sound thinner",
};

/** Beside what cannot be changed here. */
export const MANAGED = "What is greyed out is set by whoever manages this phone.";

/** Stands for all devices among the ids, as in `crates/ipc`: it rings on every one. */
export const EVERYWHERE = "everywhere";

const ALL_DEVICES = "All devices";

/** What can be chosen to ring on: any of these, or all. */
export function ringChoices(speakers: readonly UiDeviceChoice[] | null): readonly UiDeviceChoice[] | null {
  return speakers === null ? null : [{ id: EVERYWHERE, name: ALL_DEVICES, isDefault: false }, ...speakers];
}

/** What is chosen, for the button that changes it. `choices` is null while the devices are being listed. */
export function choiceWords({ chosen, name, state }: UiDevice, choices: readonly UiDeviceChoice[] | null): string {
  if (chosen === null) {
    return defaultWords(choices?.find(({ isDefault }) => isDefault)?.name ?? name);
  }
  if (chosen === EVERYWHERE) {
    return ALL_DEVICES;
  }
  const listed = choices?.find(({ id }) => id === chosen);
  if (listed !== undefined) {
    return listed.name;
  }
  // What is in use now is another one if it only stands in.
  return choices === null && state !== "standIn" && name !== null ? name : NOT_CONNECTED;
}

/** The choice that follows the system. */
export function defaultWords(name: string | null): string {
  return name === null ? "System default" : `System default (${name})`;
}

/** What is wrong with a device and what to do; none if nothing is. */
export function troubleWords(role: UiDeviceRole, { chosen, state, name }: UiDevice): string | null {
  switch (state) {
    case "closed":
    case "inUse":
      return null;
    case "standIn":
      return `${chosen === null ? USUAL_WORDS[role] : NOT_CONNECTED_WORDS[role]} ${name ?? "Another one"} stands in until it is back.`;
    case "denied":
      return DENIED_WORDS[role];
    case "missing":
      return `${MISSING_WORDS[role]} Plug in a headset: it is used at once.`;
  }
}

export const NOT_CONNECTED = "The one you chose (not connected)";

const NOT_CONNECTED_WORDS: Readonly<Record<UiDeviceRole, string>> = {
  microphone: "The microphone you chose is not connected.",
  speaker: "The speaker you chose is not connected.",
  ringer: "The device you chose to ring on is not connected.",
};

/** Nobody has chosen one: the system's own cannot be used. */
const USUAL_WORDS: Readonly<Record<UiDeviceRole, string>> = {
  microphone: "The system's default microphone cannot be used.",
  speaker: "The system's default speaker cannot be used.",
  ringer: "The system's default device to ring on cannot be used.",
};

const DENIED_WORDS: Readonly<Record<UiDeviceRole, string>> = {
  microphone: "The system does not let Warmline use the microphone: nobody can hear you. Allow it in the system’s privacy settings.",
  speaker: "The system does not let Warmline play sound: you hear nobody.",
  ringer: "The system does not let Warmline play sound: calls come in silently.",
};

const MISSING_WORDS: Readonly<Record<UiDeviceRole, string>> = {
  microphone: "There is no microphone: nobody can hear you.",
  speaker: "There is no headset or speaker: you hear nobody.",
  ringer: "There is nothing to ring on: calls come in silently.",
};
