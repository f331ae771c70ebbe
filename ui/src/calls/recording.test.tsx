import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { active, recording, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";
import { inEnglish } from "../words/words";
import { announcements } from "./announcements";

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const withRecording = (changes: Parameters<typeof recording>[0] = {}) => snapshot({ calls: [active({ recording: recording(changes) })] });
const off = { state: "off" } as const;
const paused = { state: "paused" } as const;
const record = "{Control>}{Shift>}p{/Shift}{/Control}";

it("shows nothing of recording where it is not allowed, and takes no key for it", async () => {
  const { host, user } = renderApp(snapshot({ calls: [active()] }));
  expect(screen.queryByText(/record/i)).toBeNull();
  await user.keyboard(record);
  expect(host.asked).toEqual([]);
});

it("begins, pauses, goes on and stops, and says all the time how it stands", async () => {
  const { host, user, show } = renderApp(withRecording(off));
  expect(screen.getByTestId("recording").textContent).toBe("Not recorded");
  await user.click(button("Record"));
  // It does not guess.
  expect(screen.getByTestId("recording").textContent).toBe("Not recorded");
  show(withRecording());
  expect(screen.getByTestId("recording").textContent).toBe("Recording");
  await user.click(button("Pause recording"));
  show(withRecording(paused));
  expect(screen.getByTestId("recording").textContent).toBe("Recording paused");
  await user.click(button("Resume recording"));
  await user.click(button("Stop recording"));
  expect(host.asked).toEqual([
    { do: "record", call: 1, what: "start" },
    { do: "record", call: 1, what: "pause" },
    { do: "record", call: 1, what: "resume" },
    { do: "record", call: 1, what: "stop" },
  ]);
});

it("works by the keyboard alone", async () => {
  const { host, user, show } = renderApp(withRecording(off));
  await user.keyboard(record);
  show(withRecording());
  await user.keyboard(record);
  show(withRecording(paused));
  await user.keyboard(record);
  expect(host.asked.map((action) => (action.do === "record" ? action.what : action.do))).toEqual(["start", "pause", "resume"]);
  expect(button("Resume recording").getAttribute("aria-keyshortcuts")).toBe("Control+Shift+P");
});

it("offers no stop for what policy wants recorded", () => {
  renderApp(withRecording({ stays: true }));
  expect(button("Pause recording")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Stop recording" })).toBeNull();
});

it("says why it failed, and can be tried again", async () => {
  const { host, user } = renderApp(scenes.recordingFailed ?? snapshot());
  expect(screen.getByTestId("recording").textContent).toBe("The call is no longer recorded: the disk is full.");
  await user.click(button("Record"));
  expect(host.asked).toEqual([{ do: "record", call: 1, what: "start" }]);
});

it("names whose recording it is in a group, and lets the expert of a customer be", async () => {
  const { host, user, show } = renderApp(scenes.recordedGroup ?? snapshot());
  await user.click(button("Pause recording, Mina Kowalski"));
  await user.keyboard(record);
  show(scenes.recordedWaits ?? snapshot());
  const line = screen.getByRole("group", { name: "Recording, Mina Kowalski" });
  expect(within(line).getByTestId("recording").textContent).toMatch(/^Recording goes on when you talk again/);
  expect(screen.getAllByTestId("recording").length).toBe(1);
  expect(host.asked).toEqual([
    { do: "record", call: 1, what: "pause" },
    { do: "record", call: 1, what: "pause" },
  ]);
});

it("is said to whoever does not see it", () => {
  const said = (before: ReturnType<typeof snapshot>, after: ReturnType<typeof snapshot>) =>
    announcements(inEnglish("en-GB"), before, after).map(({ text }) => text);
  expect(said(withRecording(off), withRecording())).toEqual(["Recording."]);
  expect(said(withRecording(), withRecording(paused))).toEqual(["Recording paused."]);
  expect(said(withRecording(), withRecording(off))).toEqual(["Not recorded."]);
  expect(said(withRecording(), withRecording())).toEqual([]);
});
