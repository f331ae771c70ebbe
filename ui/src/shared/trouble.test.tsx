import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { active, choosable, ended, registration, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";

const report = () => screen.getByText("Report for IT").closest("details")?.querySelector("pre")?.textContent ?? "";

it("says what failed and what to do, and has a report for IT that names nobody", async () => {
  const { host, user } = renderApp(snapshot({ calls: [active()] }));
  host.refusal = { code: "notPossible", message: "The call cannot be held.", advice: "Try again in a moment.", error: "not_now" };
  await user.click(screen.getByRole("button", { name: "Hold" }));
  expect(await screen.findByText("The call cannot be held.")).toBeTruthy();
  expect(screen.getByText("Try again in a moment.")).toBeTruthy();
  expect(screen.getByTestId("urgent").textContent).toBe("The call cannot be held. Try again in a moment.");
  expect(report()).toMatch(/^program: Warmline 0\.1\.0\nsystem: Ubuntu 24\.04\nlanguage: en-\w\w\ntime: [\dTZ:.-]+\nerror: not_now$/);
  expect(report()).not.toMatch(/Mina|Robin|5550|2001/);
});

it("copies the report", async () => {
  const { host, user } = renderApp(snapshot({ calls: [active()] }));
  host.refusal = { code: "notPossible", message: "The call cannot be held." };
  await user.click(screen.getByRole("button", { name: "Hold" }));
  await user.click(await screen.findByText("Report for IT"));
  await user.click(screen.getByText("Copy the report"));
  expect(await screen.findByText("Copied")).toBeTruthy();
  expect(await navigator.clipboard.readText()).toContain("error: notPossible");
});

it("tells IT which call has failed, by what the log calls it", () => {
  renderApp(snapshot({ calls: [ended()] }));
  expect(screen.getByTestId("call-state").textContent).toBe("Nobody answered.");
  expect(screen.getByText("Try again later.")).toBeTruthy();
  expect(report()).toMatch(/\nerror: no_answer\ncall: \d+\ndirection: outgoing$/);
});

it("has no report where a call went as meant", () => {
  renderApp(snapshot({ calls: [ended({ ending: { normal: true, reason: "hungUp", error: "hung_up", atMs: 599_000 } })] }));
  expect(within(screen.getByRole("main")).queryByText("Report for IT")).toBeNull();
});

it.each([
  ["offline", "Details for IT", "reachability: unreachable"],
  ["brokenProfile", "Details for IT", "problem: profile"],
  ["noKeychain", "Details for IT", "problem: keychain"],
  ["signInNotProvisioned", "Report for IT", "signIn: notProvisioned"],
  ["signInNoKeychain", "Report for IT", "signIn: noKeychain"],
])("has the same report wherever something is wrong, without server and path: %s", async (scene, title, fact) => {
  const { user } = renderApp(scenes[scene] ?? snapshot());
  await user.click(screen.getByText(title));
  await user.click(screen.getByText("Copy the report"));
  const copied = await navigator.clipboard.readText();
  expect(copied).toMatch(new RegExp(`^program: Warmline 0.1.0\n(.+\n){3}${fact}$`));
  expect(copied).not.toMatch(/contact\.example|2001|robin|profile\.toml/i);
});

it("has one for a headset whose buttons do not work, and none where that says itself why", async () => {
  const headset = (state: "failed" | "taken") => snapshot({ sound: choosable({ headset: { name: "Robin’s headset", state } }) });
  const { user, show } = renderApp(headset("failed"));
  await user.click(screen.getByRole("button", { name: "Sound settings" }));
  expect(report()).toMatch(/\nheadset: failed$/);
  expect(report()).not.toContain("Robin");
  show(headset("taken"));
  expect(screen.queryByText("Report for IT")).toBeNull();
});

it("has one for a transfer that failed, and none where the expert was busy", () => {
  const { show } = renderApp(scenes.transferFailed ?? snapshot());
  expect(report()).toMatch(/\ntransfer: refused\ncall: 1\nphase: consulting$/);
  const [transfer] = scenes.transferFailed?.transfers ?? [];
  show({ ...(scenes.transferFailed ?? snapshot()), transfers: transfer === undefined ? [] : [{ ...transfer, trouble: { kind: "expertGone", reason: "busy" } }] });
  expect(screen.queryByText("Report for IT")).toBeNull();
});

it("has one for a phone that is refused, though nobody says why", () => {
  renderApp(snapshot({ account: { kind: "signedIn", ...registration({ reachability: "refused" }) } }));
  expect(screen.getByText("Details for IT").closest("details")?.textContent).toContain("reachability: refused");
});
