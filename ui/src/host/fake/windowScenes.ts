import type { UiDialRequest, UiSnapshot } from "../../ipc/bindings";
import { active, appearance, choosable, consulting, desktop, expert, held, incoming, inUse, registration, snapshot, waits } from "./moments";
import { line } from "./office";

const hostile = `<b>{number}</b>\u202Etset${"mallory-".repeat(12)}@example.test`;

const lost = registration({ reachability: "unreachable" });

const bar = appearance({ mode: "compact", alwaysOnTop: true });

/** A number that a link has named. */
export const linked: UiDialRequest = { by: "link", kind: "telephone", to: "+493090182000", shown: "+49 30 90182000", region: "DE" };

/** The window in other shapes than that of every day. */
export const windowScenes: Readonly<Record<string, UiSnapshot>> = {
  barIdle: snapshot({ window: bar }),
  barCall: snapshot({ calls: [active()], sound: inUse(), window: bar }),
  barMuted: snapshot({ calls: [active({ muted: true })], sound: inUse(), window: bar }),
  barConsulting: snapshot({ calls: [waits(), expert()], transfers: [consulting()], sound: inUse(), window: bar }),
  barRinging: snapshot({ calls: [active(), incoming({ id: 5 })], sound: inUse(), window: bar }),
  barQuiet: snapshot({ desktop: desktop({ doNotDisturb: true }), window: bar }),
  quiet: snapshot({ desktop: desktop({ doNotDisturb: true }) }),
  quietInCall: snapshot({ calls: [active()], sound: inUse(), desktop: desktop({ doNotDisturb: true }) }),
  dialRequest: snapshot({ dialRequest: linked }),
  dialRequestInCall: snapshot({ calls: [active()], sound: inUse(), dialRequest: { by: "link", kind: "extension", to: "*21*12", shown: "*21*12", region: null } }),
  dialRequestHostile: snapshot({ dialRequest: { by: "link", kind: "address", to: "sip:mallory@example.test", shown: hostile, region: null } }),
  dialRequestOffline: snapshot({
    account: { kind: "signedIn", ...lost },
    lines: [line({ registration: lost }), line({ line: 1, customer: "Nordwind AG" })],
    dialRequest: linked,
  }),
  firstSteps: snapshot({ sound: choosable(), window: appearance({ firstSteps: true }) }),
  soundCheck: snapshot({ window: appearance({ firstSteps: true }), sound: { ...choosable(), check: { state: "running", step: "speak" } } }),
  soundChecked: snapshot({
    window: appearance({ firstSteps: true }),
    sound: {
      ...choosable(),
      check: {
        state: "over",
        findings: [
          { subject: "microphone", verdict: "right", told: { kind: "device", name: "Desk headset" }, found: "Desk headset", advice: null },
          { subject: "voice", verdict: "doubtful", told: { kind: "softVoice", dbfs: -42 }, found: "your voice is at -42 dBFS: that is soft", advice: "Move the microphone nearer to your mouth." },
          { subject: "echo", verdict: "right", told: { kind: "noEcho" }, found: "the microphone does not hear the speaker", advice: null },
          { subject: "network", verdict: "notTried", told: null, found: "the profile names no STUN or TURN server", advice: null },
        ],
      },
    },
  }),
  managedWindow: snapshot({
    calls: [active()],
    sound: inUse({ voice: { echoCancellation: true, noiseSuppression: "strong", automaticGain: true, managed: ["noiseSuppression"] } }),
    window: appearance({ theme: "dark", managed: ["language", "theme", "alwaysOnTop"], managedBy: "Contoso IT" }),
    desktop: desktop({ startAtLogin: true, startManaged: true, openLinks: "offered", linksManaged: true, shortcuts: [] }),
  }),
  globalKeys: snapshot({
    desktop: desktop({
      shortcuts: [
        { deed: "answer", keys: "Ctrl+Shift+F9", conflict: null },
        { deed: "hangUp", keys: "Ctrl+Shift+F9", conflict: "ours" },
        { deed: "mute", keys: "Ctrl+C", conflict: "reserved" },
        { deed: "hold", keys: "Super+Alt+ArrowUp", conflict: "taken" },
        { deed: "consult", keys: null, conflict: null },
      ],
    }),
  }),
  barTwo: snapshot({ calls: [active(), held()], sound: inUse(), window: bar }),
};
