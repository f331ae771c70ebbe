import { useAct } from "../host/HostContext";
import type { UiLoudness } from "../ipc/bindings";
import { LoudnessLine } from "./LoudnessLine";

/** How loud calls, tones or the ring are to be. */
export function Loudness({ of, label, percent }: { of: UiLoudness; label: string; percent: number }) {
  const { act } = useAct();
  return <LoudnessLine label={label} percent={percent} tell={(loud) => act({ do: "setLoudness", of, percent: loud })} />;
}
