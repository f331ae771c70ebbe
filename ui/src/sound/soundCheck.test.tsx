import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { appearance, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";

const check = () => within(screen.getByRole("region", { name: "Check your sound" }));

it("says what to do, and what came of it, without taking the keyboard away", async () => {
  const { host, user, show } = renderApp(snapshot({ window: appearance({ firstSteps: true }) }));
  await user.click(await screen.findByRole("button", { name: "Check your sound" }));
  show(scenes.soundCheck ?? snapshot());
  expect(check().getByRole("status").textContent).toMatch(/^Now speak/);
  expect(document.activeElement).toBe(check().getByRole("button", { name: "Stop the check" }));
  show(scenes.soundChecked ?? snapshot());
  expect(check().getByRole("status").textContent).toBe("You can take calls, but look first at what is marked.");
  expect(check().getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "Microphone All rightDesk headset",
    "Your voice Look at thisYour voice is at -42 dBFS: that is soft. Turn the microphone up in the system’s sound settings, or move it nearer to your mouth.",
    "Echo All rightThe microphone does not hear the speaker",
    "Network Not triedthe profile names no STUN or TURN server",
  ]);
  expect(document.activeElement).toBe(check().getByRole("button", { name: "Check again" }));
  expect(host.asked.filter((asked) => asked.do === "checkSound")).toEqual([{ do: "checkSound", on: true }]);
});

it("is stopped by its button, and by going on", async () => {
  const { host, user, show } = renderApp(scenes.soundCheck ?? snapshot());
  await user.click(await screen.findByRole("button", { name: "Stop the check" }));
  expect(host.asked.at(-1)).toEqual({ do: "checkSound", on: false });
  show(scenes.soundChecked ?? snapshot());
  await user.click(screen.getByRole("button", { name: "Next" }));
  expect(host.asked.filter((asked) => asked.do === "checkSound")).toHaveLength(2);
});
