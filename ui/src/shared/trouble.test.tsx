import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { active, ended, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";

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
  expect(screen.getByText("Try again later, or call another number.")).toBeTruthy();
  expect(report()).toMatch(/\nerror: no_answer\ncall: \d+\ndirection: outgoing$/);
});

it("has no report where a call went as meant", () => {
  renderApp(snapshot({ calls: [ended({ ending: { normal: true, words: "You hung up.", advice: null, error: "hung_up", atMs: 599_000 } })] }));
  expect(within(screen.getByRole("main")).queryByText("Report for IT")).toBeNull();
});
