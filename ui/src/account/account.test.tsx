import { act, screen, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { renderApp } from "../host/fake/renderApp";
import { problem, registration, snapshot } from "../host/fake/moments";
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
  expect(screen.getByText(/There is no connection to the phone system/).textContent).toContain("check the network or VPN");
  const details = screen.getByText("Details for IT");
  expect(details.tagName).toBe("SUMMARY");
  expect(details.nextElementSibling?.textContent).toContain("The connection to contact.example was lost.");
  expect(screen.getByRole("timer").textContent).toMatch(/^Next try in (8|9|10|11) s\.$/);
  await user.click(screen.getByRole("button", { name: "Try now" }));
  expect(host.asked).toEqual([{ do: "register" }]);
});

it("counts down to nothing when the phone does not try again by itself", () => {
  const refused = registration({ reachability: "refused", reason: "The server refused the password." });
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

it("says what is wrong with a profile, what to do, and where it is", async () => {
  const { host, user } = renderApp(scenes.brokenProfile ?? snapshot());
  expect(screen.getByRole("heading", { name: "Warmline cannot start yet" })).toBeTruthy();
  expect(screen.getByText("Ask your IT department to mend them, then read them again.")).toBeTruthy();
  const details = screen.getByText("Details for IT");
  expect(details.tagName).toBe("SUMMARY");
  const exactly = "Line 1 of the profile: `server` must begin with wss:// or sips:. Correct the profile, then read it again.";
  expect(details.parentElement?.textContent).toContain(exactly);
  expect(screen.getByText("/home/robin/.config/warmline/profile.toml")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Read the profile again" }));
  expect(host.asked).toEqual([{ do: "readProfile" }]);
});

it.each([
  ["noPassword", "Your password is missing", { do: "readProfile" }],
  ["noKeychain", "The keychain does not open", { do: "readProfile" }],
  ["noPractice", "Practice cannot start", { do: "practise", on: true }],
])("tries again after %s", async (scene, title, action) => {
  const { host, user } = renderApp(scenes[scene] ?? snapshot());
  expect(screen.getByRole("heading", { name: title })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(host.asked).toEqual([action]);
});

it("leads back from practice that cannot start", async () => {
  const { host, user } = renderApp(scenes.noPractice ?? snapshot());
  expect(screen.queryByRole("button", { name: "Start practice" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Back without practice" }));
  expect(host.asked).toEqual([{ do: "practise", on: false }]);
});

it.each(["firstRun", "brokenProfile", "noPassword", "noKeychain"])("offers practice on %s", async (scene) => {
  const { host, user } = renderApp(scenes[scene] ?? snapshot());
  const offer = within(screen.getByRole("region", { name: "Try Warmline without an account" }));
  expect(offer.getByText(/Practise with customers who call you/)).toBeTruthy();
  await user.click(offer.getByRole("button", { name: "Start practice" }));
  expect(host.asked).toEqual([{ do: "practise", on: true }]);
});

it("says on a first run, too, why something could not be done", async () => {
  const { host, user } = renderApp(problem("password", "There is no password.", null));
  host.refusal = { code: "notPossible", message: "The profile cannot be read now." };
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await within(screen.getByRole("main")).findByText("The profile cannot be read now.")).toBeTruthy();
});

it("lets somebody who is signed off sign in", async () => {
  const { host, user } = renderApp(scenes.off ?? snapshot());
  expect(screen.getByText(/You are signed off/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(host.asked).toEqual([{ do: "register" }]);
});

it("is calm while it connects", () => {
  renderApp(scenes.connecting ?? snapshot());
  expect(screen.getByTestId("registration").textContent).toBe("Connecting · 2001@contact.example");
  expect(screen.queryByText(/Calls cannot reach you/)).toBeNull();
  expect(screen.getByText("Calls ring here in a moment.")).toBeTruthy();
});

it("keeps why nobody can call, and what is open, while the phone tries again and again", async () => {
  const offline = scenes.offline ?? snapshot();
  const connecting = snapshot({ account: { kind: "signedIn", ...registration({ reachability: "connecting" }) } });
  const { user, show } = renderApp(snapshot());
  show(offline);
  expect(screen.getByTestId("polite").textContent).toContain("Calls cannot reach you now");
  const fold = screen.getByText("Details for IT").closest("details");
  await user.click(screen.getByText("Details for IT"));
  const button = screen.getByRole("button", { name: "Try now" });
  // Something else is said since.
  show({ ...offline, notices: [{ kind: "fault", words: "The disk is full.", advice: null }] });
  for (const next of [connecting, offline, connecting]) {
    show(next);
    expect(screen.getByText("Details for IT").closest("details")).toBe(fold);
    expect(screen.getByRole("button", { name: "Try now" })).toBe(button);
    expect(screen.getByTestId("polite").textContent).toBe("");
  }
  expect(screen.getByText(/Trying now\./)).toBeTruthy();
  show(snapshot());
  expect(screen.queryByText("Details for IT")).toBeNull();
  expect(screen.getByTestId("polite").textContent).toBe("Reachable.");
});

it("says in a call that it is new calls that cannot come in", () => {
  renderApp(scenes.lostInCall ?? snapshot());
  expect(screen.getByText("New calls cannot reach you now")).toBeTruthy();
});

it("says what to do when starting takes long", () => {
  vi.useFakeTimers();
  renderApp(scenes.starting ?? snapshot());
  expect(screen.queryByText(/takes longer/)).toBeNull();
  act(() => void vi.advanceTimersByTime(10_100));
  expect(screen.getByText(/takes longer than it should/)).toBeTruthy();
  vi.useRealTimers();
});

it.each(["offline", "refused", "connecting", "brokenProfile", "noPassword", "noKeychain", "noPractice"])(
  "keeps servers, files and keys from agents, outside the details: %s",
  (scene) => {
    const { container } = renderApp(scenes[scene] ?? snapshot());
    container.querySelectorAll("details, [data-testid=registration]").forEach((details) => details.remove());
    expect(container.textContent).not.toMatch(/`|wss:|warmline-cli|sbc\.|contact\.example|profile\.toml/);
  },
);
