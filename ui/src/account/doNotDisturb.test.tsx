import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { appearance, desktop, registration, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";

const quiet = desktop({ doNotDisturb: true });
const strip = () => screen.queryByRole("region", { name: "Do not disturb" });
const end = { do: "setDoNotDisturb", on: false };

it.each(["quiet", "quietInCall", "barQuiet"])("is in the head of the window for as long as it is on, with the way out: %s", async (scene) => {
  const { host, user, show } = renderApp(scenes[scene] ?? snapshot());
  expect(strip()?.textContent).toContain("Callers are told that you are busy.");
  await user.click(screen.getByRole("button", { name: "End do not disturb" }));
  expect(host.asked).toEqual([end]);
  expect(strip()).not.toBeNull();
  show(snapshot());
  expect(strip()).toBeNull();
});

it("is there in the first steps, too", async () => {
  renderApp(snapshot({ desktop: quiet, window: appearance({ firstSteps: true }) }));
  await screen.findByRole("heading", { name: "Try your headset" });
  expect(strip()).not.toBeNull();
});

it("says nowhere that calls come in", () => {
  const { show } = renderApp(snapshot({ desktop: quiet }));
  expect(screen.getByTestId("registration").textContent).toBe("Do not disturb · 2001@contact.example");
  expect(screen.queryByText("Ready for calls")).toBeNull();
  show(snapshot({ desktop: quiet, window: appearance({ mode: "compact" }) }));
  expect(screen.getByTestId("call-state").textContent).toBe("Do not disturb");
});

it("does not hide that calls cannot come in", () => {
  const lost = registration({ reachability: "unreachable" });
  renderApp(snapshot({ account: { kind: "signedIn", ...lost }, desktop: quiet }));
  expect(screen.getByTestId("registration").textContent).toMatch(/^Not reachable/);
});

it("is begun and ended by name", async () => {
  const { host, user, show } = renderApp(snapshot());
  const choose = async (text: string) => {
    await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
    await screen.findByRole("combobox", { name: "What do you want to do?" });
    await user.keyboard(`${text}{Enter}`);
  };
  await choose("do not dist");
  show(snapshot({ desktop: quiet }));
  await choose("do not dist");
  expect(host.asked).toEqual([{ do: "setDoNotDisturb", on: true }, end]);
});

it("is begun in the settings", async () => {
  const { host, user } = renderApp(snapshot());
  await user.keyboard("{Control>},{/Control}");
  const dialog = await screen.findByRole("dialog", { hidden: true });
  await user.click(within(dialog).getByRole("switch", { name: "Do not disturb", hidden: true }));
  expect(host.asked).toEqual([{ do: "setDoNotDisturb", on: true }]);
});

it("is said when it begins and ends, whoever has done it", () => {
  const { show } = renderApp(snapshot());
  const polite = screen.getByTestId("polite");
  show(snapshot({ desktop: quiet }));
  expect(polite.textContent).toBe("Do not disturb is on. Callers are told that you are busy.");
  show(snapshot());
  expect(polite.textContent).toBe("Do not disturb is off.");
});

it("gives the keyboard back when it ends", async () => {
  const { user, show } = renderApp(snapshot({ desktop: quiet }));
  await user.click(screen.getByRole("button", { name: "End do not disturb" }));
  show(snapshot());
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "Number to call" })));
});
