import type {
  UiCall,
  UiDeed,
  UiDesktop,
  UiDevice,
  UiFirstRun,
  UiProblemKind,
  UiQuality,
  UiRecent,
  UiRecording,
  UiRegistration,
  UiSnapshot,
  UiSound,
  UiTransfer,
  UiWindow,
} from "../../ipc/bindings";

/** A moment of a shift. All people are invented. */
export function snapshot(changes: Partial<UiSnapshot> = {}): UiSnapshot {
  return {
    nowMs: 600_000,
    account: { kind: "signedIn", ...registration() },
    signIns: [],
    lines: [],
    calls: [],
    transfers: [],
    group: null,
    recovery: null,
    notices: [],
    sound: sound(),
    recents: [],
    keeps: { days: 90, calls: 1_000 },
    closing: false,
    dialRequest: null,
    desktop: desktop(),
    window: appearance(),
    ...changes,
  };
}

/** A window as it is after its first day. */
export function appearance(changes: Partial<UiWindow> = {}): UiWindow {
  return {
    mode: "full",
    alwaysOnTop: false,
    language: null,
    theme: "system",
    textSize: "usual",
    firstSteps: false,
    managed: [],
    managedBy: null,
    about: { version: "0.1.0", system: "Ubuntu 24.04", logFolder: "/home/robin/.local/state/warmline" },
    ...changes,
  };
}

/** A desktop on which the agent has set nothing. */
export function desktop(changes: Partial<UiDesktop> = {}): UiDesktop {
  return {
    doNotDisturb: false,
    startAtLogin: false,
    startManaged: false,
    openLinks: "off",
    linksManaged: false,
    shortcuts: DEEDS.map((deed) => ({ deed, keys: null, conflict: null })),
    ...changes,
  };
}

const DEEDS: readonly UiDeed[] = ["answer", "hangUp", "mute", "hold", "consult"];

export function registration(changes: Partial<UiRegistration> = {}): UiRegistration {
  return {
    name: "Robin Adeyemi",
    address: "2001@contact.example",
    reachability: "reachable",
    reason: null,
    advice: null,
    retryAtMs: null,
    ...changes,
  };
}

/** No phone yet, and why. */
export function firstRun(problem: UiFirstRun["problem"] = null): UiSnapshot {
  return snapshot({
    account: {
      kind: "firstRun",
      path: "/home/robin/.config/warmline/profile.toml",
      example:
        'server = "wss://sbc.contact.example/ws"\naor = "sip:2001@contact.example"\ndisplay_name = "Your name"\n\n' +
        "# The password comes from the system's keychain:\n# store it once with  warmline-cli password\n",
      problem,
    },
  });
}

/** No phone because of a problem of this kind. */
export function problem(kind: UiProblemKind, words: string, advice: string | null): UiSnapshot {
  return firstRun({ kind, words, advice });
}

/** Devices of an agent who is not in a call. */
export function sound(changes: Partial<UiSound> = {}): UiSound {
  return {
    microphone: device({ volumePercent: 100 }),
    speaker: device(),
    ringer: device({ name: "Laptop speakers", chosen: "laptop", volumePercent: 80 }),
    headset: null,
    tonesPercent: 40,
    voice: { echoCancellation: true, noiseSuppression: "moderate", automaticGain: true, managed: [] },
    check: null,
    choices: null,
    ...changes,
  };
}

/** Devices of an agent in a call. */
export function inUse(changes: Partial<UiSound> = {}): UiSound {
  return sound({
    microphone: device({ state: "inUse", levelPercent: 62, volumePercent: 100 }),
    speaker: device({ state: "inUse", levelPercent: 48 }),
    ...changes,
  });
}

/** Devices of an agent who looks at them. */
export function choosable(changes: Partial<UiSound> = {}): UiSound {
  return inUse({
    choices: {
      microphones: [
        { id: "headset", name: "Desk headset", isDefault: true },
        { id: "laptop", name: "Laptop microphone", isDefault: false },
      ],
      speakers: [
        { id: "headset", name: "Desk headset", isDefault: true },
        { id: "laptop", name: "Laptop speakers", isDefault: false },
        { id: "screen", name: "LG UltraFine Display Audio (HDMI 2)", isDefault: false },
      ],
    },
    ...changes,
  });
}

export function device(changes: Partial<UiDevice> = {}): UiDevice {
  return { chosen: null, name: "Desk headset", state: "closed", levelPercent: 0, volumePercent: 70, ...changes };
}

/** A call that has just begun to ring here. */
export function incoming(changes: Partial<UiCall> = {}): UiCall {
  return {
    id: 1,
    direction: "incoming",
    state: "ringing",
    party: { name: "Mina Kowalski", number: "+49 30 5550 1234", address: "sip:+493055501234@contact.example" },
    customer: null,
    note: { tried: "", note: "" },
    details: [
      { kind: "queue", named: null, why: null, label: "Queue", value: "Support, second line" },
      { kind: "subject", named: "about", label: "", why: null, value: "Invoice 4711 was paid twice" },
      { kind: "diverted", named: "passedOnBy", label: "", why: null, value: "Front desk" },
    ],
    startedAtMs: 592_000,
    answeredAtMs: null,
    waitedMs: null,
    muted: false,
    hold: "off",
    heldSinceMs: null,
    heldByThem: false,
    heard: false,
    quality: null,
    volumePercent: 100,
    silenced: false,
    recording: null,
    suspicion: null,
    referral: null,
    recovering: false,
    interrupted: false,
    longestGapMs: null,
    dtmfSent: "",
    ending: null,
    ...changes,
  };
}

/** How a call sounds on a good day. */
export function clear(changes: Partial<UiQuality> = {}): UiQuality {
  return {
    level: "good",
    trouble: null,
    figures: { codec: "Opus", lostPercent: 0, jitterMs: 3, roundTripMs: 24 },
    mos: 4.4,
    mosThere: 4.4,
    delay: {
      ms: 104,
      parts: [
        { place: "microphone", ms: 15 },
        { place: "encoding", ms: 27 },
        { place: "network", ms: 12 },
        { place: "jitterBuffer", ms: 30 },
        { place: "speaker", ms: 20 },
      ],
    },
    alarms: [],
    ...changes,
  };
}

/** The same call, answered and heard. */
export function active(changes: Partial<UiCall> = {}): UiCall {
  return incoming({
    state: "active",
    answeredAtMs: 396_000,
    startedAtMs: 390_000,
    heard: true,
    quality: clear(),
    ...changes,
  });
}

/** The recording of a call. */
export function recording(changes: Partial<UiRecording> = {}): UiRecording {
  return { state: "on", failure: null, stays: false, ...changes };
}

/** Another call, on hold. */
export function held(changes: Partial<UiCall> = {}): UiCall {
  return active({
    id: 3,
    hold: "held",
    heldSinceMs: 384_000,
    heard: false,
    party: { name: "Jonas Brandt", number: "+49 89 5550 777", address: "sip:+49895550777@contact.example" },
    details: [{ kind: "queue", named: null, why: null, label: "Queue", value: "Sales" }],
    startedAtMs: 110_000,
    answeredAtMs: 120_000,
    quality: null,
    ...changes,
  });
}

/** A call of ours that nobody has taken yet. */
export function outgoing(changes: Partial<UiCall> = {}): UiCall {
  return incoming({
    id: 2,
    direction: "outgoing",
    state: "calling",
    party: { name: null, number: "+49 30 5550 9876", address: "sip:+493055509876@contact.example" },
    details: [],
    startedAtMs: 597_000,
    ...changes,
  });
}

/** A call that is over. */
export function ended(changes: Partial<UiCall> = {}): UiCall {
  return outgoing({
    state: "ended",
    ending: {
      normal: false,
      reason: "noAnswer",
      error: "no_answer",
      atMs: 599_000,
    },
    ...changes,
  });
}

/** The call of an expert, whom the agent talks with. */
export function expert(changes: Partial<UiCall> = {}): UiCall {
  return active({
    id: 4,
    direction: "outgoing",
    party: NADIA,
    details: [],
    startedAtMs: 560_000,
    answeredAtMs: 571_000,
    ...changes,
  });
}

/** The customer of call 1 waits while the agent talks with the expert of call 4. */
export function consulting(changes: Partial<UiTransfer> = {}): UiTransfer {
  return {
    customer: 1,
    expert: 4,
    to: NADIA,
    phase: "consulting",
    talkingTo: "expert",
    customerHears: "music",
    expertHears: "you",
    completesAtMs: null,
    card: null,
    trouble: null,
    ...changes,
  };
}

/** The customer of call 1, who waits. */
export function waits(changes: Partial<UiCall> = {}): UiCall {
  return active({ hold: "held", heldSinceMs: 576_000, heard: false, ...changes });
}

const NADIA = { name: "Nadia Haddad", number: "+49 30 5550 2010", address: "sip:+493055502010@contact.example" };

/** A call of an hour ago. */
export function recent(changes: Partial<UiRecent> = {}): UiRecent {
  return {
    id: 11,
    direction: "incoming",
    party: { name: "Mina Kowalski", number: "+49 30 5550 1234", address: "sip:+493055501234@contact.example" },
    queue: "Support, second line",
    atUnixMs: Date.now() - 3_600_000,
    talkedS: 192,
    outcome: "answered",
    reason: null,
    ring: null,
    recordings: [],
    transfer: null,
    steps: [],
    ...changes,
  };
}
