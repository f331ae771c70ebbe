import { Channel, invoke } from "@tauri-apps/api/core";

import type { UiAction, UiNumber, UiSnapshot } from "../ipc/bindings";
import type { Host } from "./host";

/** The window. */
export const tauriHost: Host = {
  watch(listener) {
    const channel = new Channel<UiSnapshot>();
    let watching = true;
    channel.onmessage = (snapshot) => {
      if (watching) {
        listener(snapshot);
      }
    };
    void invoke("watch", { channel });
    return () => {
      watching = false;
    };
  },
  act(action: UiAction) {
    return invoke("act", { action });
  },
  readNumber(text: string) {
    return invoke<UiNumber>("read_number", { text });
  },
};
