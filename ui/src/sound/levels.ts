import { createContext, useContext, useSyncExternalStore } from "react";

import type { UiDeviceRole, UiSound } from "../ipc/bindings";

/**
 * How loud the last moment was on each device. Levels change many times a second, and only the bars
 * that show them are drawn anew: that is why they are no part of what the window shows.
 */
export class Levels {
  private levels: Readonly<Record<UiDeviceRole, number>> = { microphone: 0, speaker: 0, ringer: 0 };
  private readonly listeners = new Set<() => void>();

  /** Takes over the levels of a snapshot. */
  show({ microphone, speaker, ringer }: UiSound): void {
    this.levels = {
      microphone: microphone.levelPercent,
      speaker: speaker.levelPercent,
      ringer: ringer.levelPercent,
    };
    for (const listener of this.listeners) {
      listener();
    }
  }

  /** From 0 (silence) to 100 (full scale). */
  of(role: UiDeviceRole): number {
    return this.levels[role];
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export const LevelsContext = createContext(new Levels());

/** The level of one device, always the latest. */
export function useLevel(role: UiDeviceRole): number {
  const levels = useContext(LevelsContext);
  return useSyncExternalStore(levels.subscribe, () => levels.of(role));
}
