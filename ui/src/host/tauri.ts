import { Channel, invoke } from "@tauri-apps/api/core";

import type { UiAction, UiFound, UiNumber, UiPeople, UiRecent, UiSearch, UiShown } from "../ipc/bindings";
import type { Host } from "./host";

/** The window. */
export const tauriHost: Host = {
  watch(listener) {
    let recents: UiRecent[] = [];
    const { channel, stop } = channelTo<UiShown>(({ snapshot, sameRecents }) => {
      recents = sameRecents ? recents : snapshot.recents;
      listener({ ...snapshot, recents });
    });
    void invoke("watch", { channel });
    return stop;
  },
  watchPeople(listener) {
    const { channel, stop } = channelTo<UiPeople>(listener);
    void invoke("watch_people", { channel });
    return stop;
  },
  act(action: UiAction) {
    return invoke("act", { action });
  },
  readNumber(text: string) {
    return invoke<UiNumber>("read_number", { text });
  },
  searchCalls(search: UiSearch) {
    return invoke<UiFound>("search_calls", { search });
  },
  exportCalls(search: UiSearch) {
    return invoke<boolean>("export_calls", { search });
  },
};

/** A channel whose messages go to `listener` until it is stopped. */
function channelTo<T>(listener: (message: T) => void): { channel: Channel<T>; stop: () => void } {
  const channel = new Channel<T>();
  let watching = true;
  channel.onmessage = (message) => {
    if (watching) {
      listener(message);
    }
  };
  return {
    channel,
    stop: () => {
      watching = false;
    },
  };
}
