import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { renderApp } from "../host/fake/renderApp";
import { registration, snapshot } from "../host/fake/moments";
import { scenes } from "../host/fake/scenes";

it("says who the agent is and that calls reach them", () => {
  renderApp(snapshot());
  expect(screen.getByRole("heading", { name: "Robin Adeyemi" })).toBeTruthy();
  expect(screen.getByTestId("registration").textContent).toBe("Reachable · 2001@contact.example");
  expect(screen.getByText("Ready for calls")).toBeTruthy();
});

it("says why calls do not reach the agent, what to do and when it is tried again", async () => {
  const { host, user } = renderApp(scenes.offline ?? snapshot());
  expect(screen.getByText("Calls cannot reach you now")).toBeTruthy();
  expect(screen.getByText(/The connection to contact.example was lost./)).toBeTruthy();
  expect(screen.getByText(/Check the network or VPN/)).toBeTruthy();
  expect(screen.getByRole("timer").textContent).toMatch(/^Next try in (8|9|10|11) s\.$/);
  await user.click(screen.getByRole("button", { name: "Try now" }));
  expect(host.asked).toEqual([{ do: "register" }]);
});

it("counts down to nothing when the phone does not try again by itself", () => {
  const refused = registration({ reachability: "refused", words: "Not reachable", reason: "The server refused the password." });
  renderApp(snapshot({ account: { kind: "signedIn", ...refused } }));
  expect(screen.queryByRole("timer")).toBeNull();
});

it("says on a first run where the profile goes and what stands in it", async () => {
  const { host, user } = renderApp(scenes.firstRun ?? snapshot());
  expect(screen.getByText("/home/robin/.config/warmline/profile.toml")).toBeTruthy();
  expect(screen.getByText(/server = "wss:\/\/sbc.contact.example\/ws"/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Read the profile again" }));
  expect(host.asked).toEqual([{ do: "readProfile" }]);
});

it("says what is wrong with a profile", () => {
  const problem = "Line 1: `server` must begin with wss:// or sips:.";
  renderApp(snapshot({ account: { kind: "firstRun", path: "p.toml", example: "", problem: { kind: "profile", words: problem, advice: null } } }));
  expect(screen.getByRole("heading", { name: "Warmline cannot start yet" })).toBeTruthy();
  expect(screen.getByText(problem, { exact: false })).toBeTruthy();
});
