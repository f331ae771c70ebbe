import { act, render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";

import { App } from "../../App";
import type { UiPeople, UiSnapshot } from "../../ipc/bindings";
import { FakeHost } from "./FakeHost";

/**
 * The whole window on a fake host that shows `snapshot`, and hands to type and click with. A language that
 * is not English has to be loaded first.
 */
export function renderApp(snapshot: UiSnapshot, people: UiPeople | null = null, language: string | null = null) {
  const host = new FakeHost(snapshot, people);
  const { container } = render(<App host={host} language={language} />);
  return {
    host,
    container,
    user: userEvent.setup(),
    show: (next: UiSnapshot) => act(() => host.show(next)),
    showPeople: (next: UiPeople) => act(() => host.showPeople(next)),
  };
}
