import type { UiCall, UiRegistration, UiSnapshot } from "../../ipc/bindings";

/** A moment of a shift. All people are invented. */
export function snapshot(changes: Partial<UiSnapshot> = {}): UiSnapshot {
  return {
    nowMs: 600_000,
    account: { kind: "signedIn", ...registration() },
    calls: [],
    notices: [],
    microphone: null,
    closing: false,
    ...changes,
  };
}

export function registration(changes: Partial<UiRegistration> = {}): UiRegistration {
  return {
    name: "Robin Adeyemi",
    address: "2001@contact.example",
    reachability: "reachable",
    words: "Reachable",
    reason: null,
    advice: null,
    retryAtMs: null,
    ...changes,
  };
}

/** A call that has just begun to ring here. */
export function incoming(changes: Partial<UiCall> = {}): UiCall {
  return {
    id: 1,
    direction: "incoming",
    state: "ringing",
    party: { name: "Mina Kowalski", number: "+49 30 5550 1234", address: "sip:+493055501234@contact.example" },
    details: [
      { kind: "queue", label: "Queue", value: "Support, second line" },
      { kind: "subject", label: "About", value: "Invoice 4711 was paid twice" },
      { kind: "diverted", label: "Passed on by", value: "Front desk" },
    ],
    startedAtMs: 592_000,
    answeredAtMs: null,
    muted: false,
    hold: "off",
    heldByThem: false,
    heard: false,
    quality: null,
    dtmfSent: "",
    ending: null,
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
    quality: { level: "good", words: "Clear sound", figures: "Opus, 0.0 % lost, jitter 3 ms, round trip 24 ms" },
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
      words: "Nobody answered.",
      advice: "Try again later, or call another number.",
      atMs: 599_000,
    },
    ...changes,
  });
}

const microphone = { name: "Desk headset", levelPercent: 62 };

/** What the pages can look like, by name. */
export const scenes: Readonly<Record<string, UiSnapshot>> = {
  idle: snapshot(),
  incoming: snapshot({ calls: [incoming()] }),
  calling: snapshot({ calls: [outgoing({ heard: true })] }),
  early: snapshot({ calls: [outgoing({ heard: true, state: "early" })], microphone }),
  active: snapshot({ calls: [active()], microphone }),
  muted: snapshot({ calls: [active({ muted: true })], microphone }),
  held: snapshot({ calls: [active({ hold: "held", heard: false })] }),
  heldByThem: snapshot({ calls: [active({ heldByThem: true })], microphone }),
  poor: snapshot({
    calls: [
      active({
        quality: {
          level: "poor",
          words: "Sound breaks up on the way to you",
          figures: "Opus, 11.2 % lost, jitter 48 ms, round trip 310 ms",
        },
        dtmfSent: "4711#",
      }),
    ],
    microphone,
  }),
  several: snapshot({
    calls: [
      active({ id: 3, hold: "held", heard: false, party: { name: "Jonas Brandt", number: "+49 89 5550 777", address: "sip:+49895550777@contact.example" }, answeredAtMs: 120_000 }),
      active({ id: 1 }),
      incoming({ id: 5, party: { name: null, number: "+49 40 5550 31", address: "sip:+4940555031@contact.example" }, details: [{ kind: "queue", label: "Queue", value: "Sales" }] }),
    ],
    microphone,
  }),
  ended: snapshot({
    calls: [
      ended(),
      active({
        id: 7,
        state: "ended",
        heard: false,
        ending: { normal: true, words: "The other person hung up.", advice: null, atMs: 599_500 },
      }),
    ],
  }),
  offline: snapshot({
    account: {
      kind: "signedIn",
      ...registration({
        reachability: "unreachable",
        words: "Not reachable",
        reason: "The connection to contact.example was lost.",
        advice: "Check the network or VPN. Warmline keeps trying by itself.",
        retryAtMs: 611_000,
      }),
    },
  }),
  refused: snapshot({
    account: {
      kind: "signedIn",
      ...registration({
        reachability: "refused",
        words: "Not reachable",
        reason: "The server refused the password.",
        advice: "Ask IT for the right one, store it with “warmline-cli password”, then try again.",
      }),
    },
  }),
  lostInCall: snapshot({
    account: {
      kind: "signedIn",
      ...registration({
        reachability: "unreachable",
        words: "Not reachable",
        reason: "The connection to contact.example was lost.",
        advice: "Your call goes on. New calls cannot come in until it is back.",
        retryAtMs: 604_000,
      }),
    },
    calls: [active()],
    microphone,
  }),
  noMicrophone: snapshot({
    calls: [active()],
    notices: [{ words: "There is no microphone.", advice: "Nobody can hear you. Plug in a headset: it is used at once." }],
  }),
  closing: snapshot({ calls: [active()], microphone, closing: true }),
  starting: snapshot({ account: { kind: "starting" } }),
  firstRun: snapshot({
    account: {
      kind: "firstRun",
      path: "/home/robin/.config/warmline/profile.toml",
      problem: null,
      example: 'server = "wss://sbc.contact.example/ws"\naor = "sip:2001@contact.example"\npassword_file = "password.txt"\n',
    },
  }),
};
