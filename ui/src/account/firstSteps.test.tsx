import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { appearance, incoming, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";

const firstDay = () => scenes.firstSteps ?? snapshot();
const button = (name: string) => screen.getByRole("button", { name });
const step = () => screen.getAllByRole("listitem").find((item) => item.getAttribute("aria-current") === "step")?.textContent;

it("tries the headset, shows the keys, and begins", async () => {
  const { host, user } = renderApp(firstDay());
  await user.click(await screen.findByRole("button", { name: "Check your sound" }));
  expect(step()).toBe("2Headset");
  await user.click(button("Next"));
  expect(step()).toBe("3Ready");
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "You are ready for calls" }));
  expect(screen.getByText("Ctrl+Shift+A")).toBeTruthy();
  await user.click(button("Begin"));
  expect(host.asked).toEqual([
    { do: "lookAtSound", looking: true },
    { do: "checkSound", on: true },
    { do: "lookAtSound", looking: false },
    { do: "firstStepsDone" },
  ]);
});

it("can be left out, and gives way to a call", async () => {
  const { host, user, show } = renderApp(firstDay());
  await user.click(await screen.findByRole("button", { name: "Skip" }));
  expect(host.asked.at(-1)).toEqual({ do: "firstStepsDone" });
  show(snapshot({ calls: [incoming()], window: appearance({ firstSteps: true }) }));
  expect(button("Answer")).toBeTruthy();
});

it("begins with the sign-in, where there is one", () => {
  renderApp({ ...(scenes.signInSignedOut ?? snapshot()), window: appearance({ firstSteps: true }) });
  expect(step()).toBe("1Sign in");
});

it("is over after the first day", () => {
  renderApp(snapshot());
  expect(screen.queryByText("Try your headset")).toBeNull();
});
