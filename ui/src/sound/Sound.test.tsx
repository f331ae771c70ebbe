import { act, configure, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { appearance, active, choosable, device, incoming, inUse, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";
import type { UiAction } from "../ipc/bindings";

// Without a layout the library finds nothing to focus in a popover, and hides from readers what has no
// focus. In a web view it has it.
configure({ defaultHidden: true });

const open = { do: "lookAtSound", looking: true };
const closed = { do: "lookAtSound", looking: false };
const looked = snapshot({ sound: choosable() });
const dialog = () => screen.getByRole("dialog");
const section = (name: RegExp) => within(screen.getByRole("region", { name }));
const button = (name: string | RegExp) => screen.getByRole("button", { name });
const levels = (actions: readonly UiAction[]) => actions.filter((action) => action.do === "setLoudness");

it("looks at the devices from opening to closing, and gives the keyboard back", async () => {
  const { host, user } = renderApp(looked);
  await user.click(button("Sound settings"));
  expect(dialog()).toBeTruthy();
  expect(host.asked).toEqual([open]);
  act(() => button(/^Microphone:/).focus());
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(host.asked).toEqual([open, closed]);
  await waitFor(() => expect(document.activeElement).toBe(button("Sound settings")));
});

it("chooses another device, or whatever the system takes", async () => {
  const { host, user, show } = renderApp(looked);
  await user.click(button("Sound settings"));
  await user.click(button("Speaker: System default (Desk headset)"));
  const items = screen.getAllByRole("menuitemradio");
  expect(items.map(({ textContent }) => textContent)).toEqual([
    "System default (Desk headset)",
    "Desk headset",
    "Laptop speakers",
    "LG UltraFine Display Audio (HDMI 2)",
  ]);
  expect(items.map((item) => item.getAttribute("aria-checked"))).toEqual(["true", "false", "false", "false"]);
  await user.click(screen.getByRole("menuitemradio", { name: "Laptop speakers" }));
  expect(host.asked.at(-1)).toEqual({ do: "chooseDevice", role: "speaker", id: "laptop" });

  show(snapshot({ sound: choosable({ speaker: device({ chosen: "laptop", name: "Laptop speakers" }) }) }));
  await user.click(button("Speaker: Laptop speakers"));
  await user.click(screen.getByRole("menuitemradio", { name: "System default (Desk headset)" }));
  expect(host.asked.at(-1)).toEqual({ do: "chooseDevice", role: "speaker", id: null });
});

it("still shows a chosen device that is not there", async () => {
  const { user } = renderApp(scenes.soundTroubled ?? snapshot());
  await user.click(button("Sound settings"));
  expect(screen.getByText(/The speaker you chose is not connected. Laptop speakers stands in/)).toBeTruthy();
  expect(screen.getByText(/There is no microphone: nobody can hear you. Plug in a headset/)).toBeTruthy();
  expect(screen.queryByRole("meter", { name: "Microphone level" })).toBeNull();
  await user.click(button("Speaker: The one you chose (not connected)"));
  expect(screen.getByRole("menuitemradio", { name: /not connected/ }).getAttribute("aria-checked")).toBe("true");
});

it("says that it is looking for devices until there is a list", async () => {
  const { user, show } = renderApp(scenes.soundLoading ?? snapshot());
  await user.click(button("Sound settings"));
  expect(screen.getAllByText("Looking for devices…")).toHaveLength(3);
  // Who speaks to the window says what stands there.
  expect(button("Microphone: Looking for devices…")).toBeTruthy();
  show(looked);
  expect(screen.queryByText("Looking for devices…")).toBeNull();
});

it("plays a sound on the speaker and on what rings", async () => {
  const { host, user } = renderApp(looked);
  await user.click(button("Sound settings"));
  await user.click(button("Try the speaker"));
  await user.click(button("Try the ring"));
  expect(host.asked.slice(1)).toEqual([
    { do: "tryDevice", role: "speaker" },
    { do: "tryDevice", role: "ringer" },
  ]);
});

it("sets loudness by the slider, telling the phone where the hand stops", async () => {
  const { host, user } = renderApp(looked);
  await user.click(button("Sound settings"));
  const calls = screen.getByRole<HTMLInputElement>("slider", { name: "Calls" });
  expect(calls.value).toBe("70");
  expect(calls.getAttribute("aria-valuetext")).toBe("70 percent");
  for (const value of ["75", "85", "90"]) {
    fireEvent.change(calls, { target: { value } });
  }
  expect(calls.value).toBe("90");
  await waitFor(() => expect(levels(host.asked)).toEqual([{ do: "setLoudness", of: "calls", percent: 90 }]));
  // Until the phone says so it is only the hand's: nothing came, so it goes back.
  await waitFor(() => expect(calls.value).toBe("70"), { timeout: 3_000 });
});

it("does not lose a loudness set just before closing", async () => {
  const { host, user } = renderApp(looked);
  await user.click(button("Sound settings"));
  fireEvent.change(screen.getByRole("slider", { name: "Ring" }), { target: { value: "35" } });
  act(() => button(/^Microphone:/).focus());
  await user.keyboard("{Escape}");
  await waitFor(() => expect(levels(host.asked)).toEqual([{ do: "setLoudness", of: "ring", percent: 35 }]));
});

it("shows live levels without anything else changing", async () => {
  const { user, show } = renderApp(looked);
  await user.click(button("Sound settings"));
  const meter = section(/^Microphone$/).getByRole("meter", { name: "Microphone level" });
  expect(meter.getAttribute("aria-valuenow")).toBe("62");
  show(snapshot({ nowMs: 600_100, sound: choosable({ microphone: device({ state: "inUse", levelPercent: 7 }) }) }));
  expect(meter.getAttribute("aria-valuenow")).toBe("7");
});

it("opens from the call and by its shortcut, and from what keeps people apart", async () => {
  const { host, user } = renderApp(scenes.noMicrophone ?? snapshot());
  await user.keyboard("{Control>}{Shift>}l{/Shift}{/Control}");
  expect(dialog()).toBeTruthy();
  expect(button("Sound").getAttribute("aria-expanded")).toBe("true");
  act(() => button(/^Microphone:/).focus());
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByText("Nobody can hear you: no microphone.")).toBeTruthy();
  await user.click(button("Choose a device"));
  expect(dialog()).toBeTruthy();
  expect(host.asked).toEqual([open, closed, open]);
});

it("gives way to a call that rings", async () => {
  const { host, user, show } = renderApp(looked);
  await user.click(button("Sound settings"));
  show(snapshot({ sound: choosable(), calls: [incoming()] }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(host.asked).toEqual([open, closed]);
  // The agent may open it again while it rings.
  await user.click(button("Sound settings"));
  expect(dialog()).toBeTruthy();
});

it("closes with the call it was opened from, and does not open by itself at the next", async () => {
  const { show, user } = renderApp(snapshot({ calls: [active()], sound: inUse() }));
  await user.click(button("Sound"));
  show(snapshot());
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("combobox")));
  show(snapshot({ calls: [active({ id: 9 })] }));
  await act(() => Promise.resolve());
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("changes what is done to the agent's voice, one thing at a time", async () => {
  const { host, user } = renderApp(looked);
  await user.click(button("Sound settings"));
  const nothing = { do: "setVoice", echoCancellation: null, noiseSuppression: null, automaticGain: null };
  await user.click(screen.getByRole("switch", { name: "Take out the echo of the speaker" }));
  expect(host.asked.at(-1)).toEqual({ ...nothing, echoCancellation: false });
  await user.click(screen.getByRole("switch", { name: "Raise a soft voice" }));
  expect(host.asked.at(-1)).toEqual({ ...nothing, automaticGain: false });
  await user.click(button("Noise suppression: Moderate"));
  await user.click(screen.getByRole("menuitemradio", { name: /^Strong/ }));
  expect(host.asked.at(-1)).toEqual({ ...nothing, noiseSuppression: "strong" });
});

it("leaves alone what whoever manages the phone has said of the voice", async () => {
  const voice = { echoCancellation: true, noiseSuppression: "strong", automaticGain: true } as const;
  const managed = choosable({ voice: { ...voice, managed: ["noiseSuppression", "echoCancellation"] } });
  const { host, user, show } = renderApp(snapshot({ sound: managed }));
  await user.click(button("Sound settings"));
  await user.click(button("Noise suppression: Strong"));
  expect(screen.queryByRole("menuitemradio", { name: /^Off/ })).toBeNull();
  await user.click(screen.getByRole("switch", { name: "Take out the echo of the speaker" }));
  expect(host.asked).toEqual([open]);
  expect(screen.getByText(/is set by whoever manages this phone/)).toBeTruthy();
  show(snapshot({ sound: managed, window: appearance({ managedBy: "Contoso IT" }) }));
  expect(screen.getByText("What is greyed out is set by Contoso IT.")).toBeTruthy();
});
