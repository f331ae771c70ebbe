import { act, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { active, appearance, incoming, snapshot } from "./host/fake/moments";
import { renderApp } from "./host/fake/renderApp";
import { scenes } from "./host/fake/scenes";
import { linked } from "./host/fake/windowScenes";

// What nobody pressed wipes nothing: neither what went wrong nor what is being said.
afterEach(() => vi.useRealTimers());

const refusal = { code: "notPossible", message: "The call is over.", advice: "Call again." } as const;
const press = (letter: string) => fireEvent.keyDown(document.body, { key: letter, code: `Key${letter}`, ctrlKey: true, shiftKey: true });

async function failed(shown = snapshot()) {
  vi.useFakeTimers();
  const pages = renderApp(shown);
  pages.host.refusal = refusal;
  await act(async () => {
    press("M");
    await Promise.resolve();
  });
  pages.host.refusal = null;
  expect(screen.getAllByText("The call is over.")).not.toEqual([]);
  return pages;
}

it("leaves an error in sight when a call goes by itself", async () => {
  const calls = [active(), ...(scenes.ended ?? snapshot()).calls];
  const { host } = await failed(snapshot({ calls }));
  await act(() => vi.advanceTimersByTimeAsync(8_100));
  expect(host.asked).toContainEqual({ do: "dismiss", call: 7 });
  expect(screen.getByText("The call is over.")).toBeTruthy();
});

it("leaves an error in sight when the bar makes room for a question", async () => {
  const window = appearance({ mode: "compact" });
  const { host, show } = await failed(snapshot({ calls: [active()], window }));
  show(snapshot({ calls: [active()], window, dialRequest: linked }));
  expect(host.asked).toContainEqual({ do: "setMode", mode: "full" });
  expect(screen.getByText("The call is over.")).toBeTruthy();
});

it("says who calls though the devices close for it", () => {
  const { host, show } = renderApp(snapshot());
  press("L");
  show(snapshot({ calls: [incoming()] }));
  expect(host.asked.at(-1)).toEqual({ do: "lookAtSound", looking: false });
  expect(screen.getByTestId("urgent").textContent).toMatch(/^Incoming call from Mina Kowalski/);
});
