import { act, render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";

import { App } from "../../App";
import type { UiSnapshot } from "../../ipc/bindings";
import { FakeHost } from "./FakeHost";

/** The whole window on a fake host that shows `snapshot`, and hands to type and click with. */
export function renderApp(snapshot: UiSnapshot) {
  const host = new FakeHost(snapshot);
  const { container } = render(<App host={host} />);
  return {
    host,
    container,
    user: userEvent.setup(),
    show: (next: UiSnapshot) => act(() => host.show(next)),
  };
}
