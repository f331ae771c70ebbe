import type { UiRecent, UiSnapshot } from "../../ipc/bindings";
import {
  active,
  choosable,
  clear,
  consulting,
  device,
  ended,
  expert,
  firstRun,
  held,
  inUse,
  incoming,
  outgoing,
  problem,
  recent,
  recording,
  registration,
  snapshot,
  sound,
  waits,
} from "./moments";
import { officeScenes } from "./officeScenes";
import { windowScenes } from "./windowScenes";

const hour = 3_600_000;

/** A shift to look back on. */
export const recents: readonly UiRecent[] = [
  recent({ id: 20, atUnixMs: Date.now() - hour / 6, outcome: "missed", reason: "callerGaveUp", ring: "It rang on Desk headset.", talkedS: null }),
  recent({
    id: 19,
    party: { name: "Jonas Brandt", number: "+49 89 5550 777", address: "sip:+49895550777@contact.example" },
    queue: "Sales",
    atUnixMs: Date.now() - hour,
    talkedS: 1_325,
  }),
  recent({
    id: 18,
    direction: "outgoing",
    party: { name: "Özlem Çelik", number: "2044", address: "sip:2044@contact.example" },
    queue: null,
    atUnixMs: Date.now() - 2 * hour,
    outcome: "notReached",
    reason: "busy",
    talkedS: null,
  }),
  recent({
    id: 17,
    party: { name: null, number: "+44 20 7946 0958", address: "sip:+442079460958@contact.example" },
    queue: "Support, first line",
    atUnixMs: Date.now() - 26 * hour,
    outcome: "declined",
    reason: "rejected",
    talkedS: null,
  }),
  recent({
    id: 16,
    direction: "outgoing",
    party: { name: "Wolfeschlegelsteinhausenbergerdorff Electronics", number: "+49 40 5550 31", address: "sip:+4940555031@contact.example" },
    queue: null,
    atUnixMs: Date.now() - 50 * hour,
    outcome: "failed",
    reason: "networkLost",
    talkedS: 47,
  }),
  recent({ id: 15, atUnixMs: Date.now() - 400 * hour, talkedS: 61 }),
];

/** Calls that were handed over, or were to be. */
export const handedOver: readonly UiRecent[] = [
  recent({
    id: 31,
    atUnixMs: Date.now() - hour / 2,
    reason: "transferred",
    transfer: {
      to: { name: "Nadia Haddad", number: "+49 30 5550 2010", address: "sip:+493055502010@contact.example" },
      how: "warm",
      outcome: "done",
    },
    steps: [
      { atUnixMs: Date.now() - hour / 2 + 60_000, kind: "called", who: "+49 30 5550 2010", status: null },
      { atUnixMs: Date.now() - hour / 2 + 66_000, kind: "answered", who: "+49 30 5550 2010", status: null },
      { atUnixMs: Date.now() - hour / 2 + 90_000, kind: "asked", who: "+49 30 5550 2010", status: null },
      { atUnixMs: Date.now() - hour / 2 + 90_200, kind: "accepted", who: null, status: null },
      { atUnixMs: Date.now() - hour / 2 + 91_000, kind: "done", who: null, status: null },
    ],
  }),
  recent({
    id: 30,
    atUnixMs: Date.now() - hour / 1.5,
    party: { name: "Jonas Brandt", number: "+49 89 5550 777", address: "sip:+49895550777@contact.example" },
    transfer: {
      to: { name: null, number: "2044", address: "sip:2044@contact.example" },
      how: "blind",
      outcome: "failed",
    },
    steps: [
      { atUnixMs: Date.now() - hour / 1.5 + 30_000, kind: "asked", who: "2044", status: null },
      { atUnixMs: Date.now() - hour / 1.5 + 34_000, kind: "failed", who: null, status: 486 },
    ],
  }),
];

const lost = {
  reachability: "unreachable",
  reason: "The connection to contact.example was lost.",
} as const;

/** What the pages can look like, by name. */
export const scenes: Readonly<Record<string, UiSnapshot>> = {
  ...officeScenes,
  ...windowScenes,
  idle: snapshot(),
  recents: snapshot({ recents: [...recents] }),
  history: snapshot({ recents: [...handedOver, ...recents] }),
  incoming: snapshot({ calls: [incoming({ waitedMs: 146_000 })], recents: [...recents] }),
  incomingUnknown: snapshot({
    calls: [incoming({ party: { name: null, number: "+49 40 5550 31", address: "sip:+4940555031@contact.example" }, details: [] })],
  }),
  incomingWithData: snapshot({
    calls: [
      incoming({
        waitedMs: 754_000,
        details: [
          { kind: "queue", named: null, why: null, label: "Queue", value: "Support, second line" },
          { kind: "subject", named: "about", label: "", why: null, value: "Invoice 4711 was paid twice" },
          { kind: "diverted", named: "passedOnBy", label: "", why: null, value: "Front desk" },
          { kind: "other", named: "theyCalled", label: "", why: null, value: "0800 555 0100" },
          { kind: "other", named: null, why: null, label: "Customer number", value: "K-2044-881" },
          {
            kind: "other",
            named: null,
            why: null,
            label: "Data",
            value: "The chat assistant has already asked for the invoice, the account and the bank. The customer wants the money back on the same account, not a credit note, and asks f…",
          },
          { kind: "other", named: "link", label: "", why: null, value: "https://crm.contact.example/customers/K-2044-881/tickets/2026-11-25-0017?view=agent&from=queue" },
          { kind: "other", named: null, why: null, label: "Language", value: "Polish, German" },
        ],
      }),
    ],
  }),
  calling: snapshot({ calls: [outgoing({ heard: true })] }),
  early: snapshot({ calls: [outgoing({ heard: true, state: "early" })], sound: inUse() }),
  active: snapshot({ calls: [active()], sound: inUse(), recents: [...recents] }),
  muted: snapshot({ calls: [active({ muted: true })], sound: inUse() }),
  held: snapshot({ calls: [active({ hold: "held", heldSinceMs: 588_000, heard: false })] }),
  recordable: snapshot({ calls: [active({ recording: recording({ state: "off" }) })], sound: inUse() }),
  recorded: snapshot({ calls: [active({ recording: recording() })], sound: inUse() }),
  recordingPaused: snapshot({
    calls: [active({ recording: recording({ state: "paused", stays: true }) })],
    sound: inUse(),
  }),
  recordingFailed: snapshot({
    calls: [active({ recording: recording({ state: "failed", failure: "diskFull" }) })],
    sound: inUse(),
    notices: [
      {
        kind: "fault",
        words: "The call is no longer recorded: the disk is full.",
        advice: "The call goes on, and what was recorded is kept. Tell your administrator.",
      },
    ],
  }),
  heldByThem: snapshot({ calls: [active({ heldByThem: true })], sound: inUse() }),
  poor: snapshot({
    calls: [
      active({
        quality: clear({
          level: "poor",
          trouble: "lossDown",
          figures: { codec: "Opus", lostPercent: 11.2, jitterMs: 48, roundTripMs: 310 },
          mos: 2.3,
          delay: {
            ms: 362,
            parts: [
              { place: "microphone", ms: 15 },
              { place: "encoding", ms: 27 },
              { place: "network", ms: 155 },
              { place: "jitterBuffer", ms: 145 },
              { place: "speaker", ms: 20 },
            ],
          },
          alarms: ["jitter", "mos", "loss"],
        }),
        dtmfSent: "4711#",
      }),
    ],
    sound: inUse(),
  }),
  fair: snapshot({
    calls: [
      active({
        quality: clear({
          level: "fair",
          trouble: "lossUp",
          figures: { codec: "Opus", lostPercent: 2.3, jitterMs: 22, roundTripMs: 140 },
          mos: 4.2,
          mosThere: 3.6,
        }),
      }),
    ],
    sound: inUse(),
  }),
  waiting: snapshot({
    calls: [active(), incoming({ id: 5, waitedMs: 41_000, party: { name: "Jonas Brandt", number: "+49 89 5550 777", address: "sip:+49895550777@contact.example" } })],
    sound: inUse(),
    recents: [...recents],
  }),
  two: snapshot({ calls: [held(), active()], sound: inUse(), recents: [...recents] }),
  several: snapshot({
    calls: [
      held(),
      active({ id: 1 }),
      incoming({ id: 5, party: { name: null, number: "+49 40 5550 31", address: "sip:+4940555031@contact.example" }, details: [{ kind: "queue", named: null, why: null, label: "Queue", value: "Sales" }] }),
    ],
    sound: inUse(),
  }),
  ended: snapshot({
    calls: [
      ended(),
      active({
        id: 7,
        state: "ended",
        heard: false,
        ending: { normal: true, reason: "remoteHungUp", error: "remote_hung_up", atMs: 599_500 },
      }),
    ],
    recents: [...recents],
  }),
  connecting: snapshot({
    account: { kind: "signedIn", ...registration({ reachability: "connecting" }) },
  }),
  offline: snapshot({
    account: {
      kind: "signedIn",
      ...registration({ ...lost, advice: "Check the network or VPN. Warmline keeps trying by itself.", retryAtMs: 611_000 }),
    },
  }),
  offlineWithRecents: snapshot({
    account: {
      kind: "signedIn",
      ...registration({ ...lost, advice: "Check the network or VPN. Warmline keeps trying by itself.", retryAtMs: 611_000 }),
    },
    recents: [...recents],
  }),
  refused: snapshot({
    account: {
      kind: "signedIn",
      ...registration({
        reachability: "refused",
        reason: "The server refused the password.",
        advice: "Ask IT for the right one, store it with “warmline-cli password”, then try again.",
      }),
    },
  }),
  off: snapshot({ account: { kind: "signedIn", ...registration({ reachability: "off" }) } }),
  lostInCall: snapshot({
    account: {
      kind: "signedIn",
      ...registration({ ...lost, advice: "Your call goes on. New calls cannot come in until it is back.", retryAtMs: 604_000 }),
    },
    calls: [active()],
    sound: inUse(),
  }),
  noMicrophone: snapshot({
    calls: [active()],
    notices: [{ kind: "noMicrophone", words: null, advice: null }],
    sound: inUse({ microphone: device({ state: "missing" }) }),
  }),
  noSpeaker: snapshot({
    calls: [active()],
    notices: [{ kind: "noSpeaker", words: null, advice: null }],
    sound: inUse({ speaker: device({ state: "missing" }) }),
  }),
  standIn: snapshot({
    calls: [active()],
    sound: inUse({ microphone: device({ chosen: "headset", name: "Laptop microphone", state: "standIn", levelPercent: 30 }) }),
  }),
  sound: snapshot({ sound: choosable(), recents: [...recents] }),
  soundOfAHeadset: snapshot({ sound: choosable({ headset: { name: "Jabra Engage 65", state: "works" } }) }),
  soundOfAHeadsetElsewhere: snapshot({ sound: choosable({ headset: { name: "Jabra Engage 65", state: "inUseElsewhere" } }) }),
  soundOfAHeadsetNotAllowed: snapshot({ sound: choosable({ headset: { name: null, state: "notAllowed" } }) }),
  soundLoading: snapshot({ sound: sound() }),
  soundTroubled: snapshot({
    sound: choosable({
      microphone: device({ state: "missing", name: null }),
      speaker: device({ chosen: "gone", name: "Laptop speakers", state: "standIn" }),
      choices: { microphones: [], speakers: [{ id: "laptop", name: "Laptop speakers", isDefault: true }] },
    }),
  }),
  consultCalling: snapshot({
    calls: [waits(), expert({ state: "ringing", answeredAtMs: null, startedAtMs: 594_000, quality: null })],
    transfers: [consulting({ phase: "calling", expertHears: "ringing" })],
    sound: inUse(),
    recents: [...recents],
  }),
  consulting: snapshot({ calls: [waits(), expert()], transfers: [consulting()], sound: inUse(), recents: [...recents] }),
  backWithCustomer: snapshot({
    calls: [active(), expert({ hold: "held", heldSinceMs: 591_000, heard: false })],
    transfers: [consulting({ talkingTo: "customer", customerHears: "you", expertHears: "music" })],
    sound: inUse(),
  }),
  handingOver: snapshot({ calls: [waits(), expert()], transfers: [consulting({ completesAtMs: 607_000 })], sound: inUse() }),
  maybeVoicemail: snapshot({
    calls: [waits(), expert({ suspicion: "answeredAtOnce" })],
    transfers: [consulting()],
    sound: inUse(),
  }),
  completing: snapshot({ calls: [waits(), expert()], transfers: [consulting({ phase: "completing" })], sound: inUse() }),
  completingAlone: snapshot({
    calls: [
      waits(),
      expert({
        state: "ended",
        heard: false,
        quality: null,
        ending: { normal: true, reason: "remoteHungUp", error: "remote_hung_up", atMs: 598_000 },
      }),
    ],
    transfers: [consulting({ phase: "completing", talkingTo: "nobody", expertHears: "left" })],
  }),
  blind: snapshot({
    calls: [waits()],
    transfers: [consulting({ expert: null, phase: "completing", talkingTo: "nobody", expertHears: null })],
  }),
  transferFailed: snapshot({
    calls: [waits(), expert()],
    transfers: [
      consulting({
        trouble: { kind: "refused" },
      }),
    ],
    sound: inUse(),
  }),
  consultWaits: snapshot({
    calls: [
      waits(),
      expert({ hold: "held", heldSinceMs: 591_000, heard: false }),
      active({ id: 5, party: { name: null, number: "+49 40 5550 31", address: "sip:+4940555031@contact.example" }, details: [], answeredAtMs: 590_000 }),
    ],
    transfers: [consulting({ talkingTo: "nobody", expertHears: "music" })],
    sound: inUse(),
  }),
  group: snapshot({
    calls: [active(), expert()],
    group: { members: [1, 4], away: false, canLeave: true, note: null },
    sound: inUse(),
    recents: [...recents],
  }),
  groupOfThree: snapshot({
    calls: [active({ muted: true }), expert({ muted: true, silenced: true }), held({ hold: "off", heard: true, muted: true, volumePercent: 150 })],
    group: { members: [1, 4, 3], away: false, canLeave: false, note: null },
    sound: inUse(),
  }),
  groupInstead: snapshot({
    calls: [active(), expert()],
    group: {
      members: [1, 4],
      away: false,
      canLeave: false,
      note: { kind: "notSupported" },
    },
    sound: inUse(),
  }),
  groupAway: snapshot({
    calls: [active({ heard: false }), expert({ heard: false })],
    group: { members: [1, 4], away: true, canLeave: true, note: null },
  }),
  groupBeside: snapshot({
    calls: [active({ heard: false }), expert({ heard: false }), held({ hold: "off", heard: true })],
    group: { members: [1, 4], away: true, canLeave: true, note: null },
    sound: inUse(),
  }),
  groupAsks: snapshot({
    calls: [
      active({ heard: false }),
      held({ hold: "off", heard: false }),
      expert({ id: 4 }),
    ],
    transfers: [consulting({ customerHears: "you" })],
    group: { members: [1, 3], away: true, canLeave: true, note: null },
    sound: inUse(),
  }),
  recordedGroup: snapshot({
    calls: [active({ recording: recording() }), expert()],
    group: { members: [1, 4], away: false, canLeave: true, note: null },
    sound: inUse(),
  }),
  recordedWaits: snapshot({
    calls: [waits({ recording: recording({ state: "waiting" }) }), expert()],
    transfers: [consulting()],
    sound: inUse(),
  }),
  groupLeaving: snapshot({
    calls: [active(), expert()],
    transfers: [consulting({ phase: "completing", customerHears: "you" })],
    group: { members: [1, 4], away: false, canLeave: true, note: null },
    sound: inUse(),
  }),
  heldBesideGroup: snapshot({
    calls: [active(), expert(), held()],
    group: { members: [1, 4], away: false, canLeave: true, note: null },
    sound: inUse(),
  }),
  referral: snapshot({
    calls: [
      active({
        referral: {
          to: { name: "Billing desk", number: "+49 30 5550 3000", address: "sip:+493055503000@contact.example" },
          untilMs: 625_000,
        },
      }),
    ],
    sound: inUse(),
  }),
  recovery: snapshot({
    recovery: {
      parties: [{ name: "Mina Kowalski", number: "+49 30 5550 1234", address: "sip:+493055501234@contact.example" }],
      untilMs: 643_000,
    },
    recents: [...recents],
  }),
  recoveryOfTwo: snapshot({
    account: { kind: "signedIn", ...registration({ reachability: "connecting" }) },
    recovery: {
      parties: [
        { name: "Mina Kowalski", number: "+49 30 5550 1234", address: "sip:+493055501234@contact.example" },
        { name: "Nadia Haddad", number: "+49 30 5550 2010", address: "sip:+493055502010@contact.example" },
      ],
      untilMs: 655_000,
    },
  }),
  recovering: snapshot({ calls: [active({ recovering: true, quality: null })] }),
  interrupted: snapshot({ calls: [active({ interrupted: true, quality: null, longestGapMs: 1_400 })], sound: inUse() }),
  afterAGap: snapshot({ calls: [active({ longestGapMs: 1_400 })], sound: inUse() }),
  closing: snapshot({ calls: [active()], sound: inUse(), closing: true }),
  starting: snapshot({ account: { kind: "starting" } }),
  firstRun: firstRun(),
  brokenProfile: problem("profile", "Line 1 of the profile: `server` must begin with wss:// or sips:.", "Correct the profile, then read it again."),
  noPassword: problem("password", "There is no password for sip:2001@contact.example.", "Store it with “warmline-cli password”, or ask IT to."),
  noKeychain: problem("keychain", "The keychain of this computer is locked or absent.", "Unlock it, or sign in to the desktop again."),
  noPractice: problem("practice", "The practice contact centre could not be started: no free port on this computer.", "Close other copies of Warmline, then try again."),
};
