import type { PresenceBadgeStatus } from "@fluentui/react-components";

import type { UiReachability } from "../ipc/bindings";

/** The badge of whether calls can come in. */
export const presence: Readonly<Record<UiReachability, PresenceBadgeStatus>> = {
  connecting: "unknown",
  reachable: "available",
  unreachable: "offline",
  refused: "blocked",
  off: "offline",
};
