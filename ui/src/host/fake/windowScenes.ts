import type { UiSnapshot } from "../../ipc/bindings";
import { active, appearance, choosable, consulting, desktop, expert, held, incoming, inUse, snapshot, waits } from "./moments";

const bar = appearance({ mode: "compact", alwaysOnTop: true });

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
  firstSteps: snapshot({ sound: choosable(), window: appearance({ firstSteps: true }) }),
  managedWindow: snapshot({
    calls: [active()],
    sound: inUse({ voice: { echoCancellation: true, noiseSuppression: "strong", automaticGain: true, managed: ["noiseSuppression"] } }),
    window: appearance({ theme: "dark", managed: ["language", "theme", "alwaysOnTop"], managedBy: "Contoso IT" }),
  }),
  barTwo: snapshot({ calls: [active(), held()], sound: inUse(), window: bar }),
};
