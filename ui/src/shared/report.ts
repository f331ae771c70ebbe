import type { UiAbout } from "../ipc/bindings";
import type { Words } from "../words/words";

/**
 * What who looks after the phone needs to know, to be copied and sent. It is in English for them, and says
 * nobody's name or number: `facts` are codes and counts.
 */
export function report({ locale }: Words, { version, system }: UiAbout, facts: Readonly<Record<string, string | number>>): string {
  const all = { program: `Warmline ${version}`, system, language: locale, time: new Date().toISOString(), ...facts };
  return Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

/** The program before it has said anything. */
export const NOT_KNOWN: UiAbout = { version: "", system: "", logFolder: null };
