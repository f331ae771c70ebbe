import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { active, snapshot } from "../host/fake/moments";
import { signIn, signingIn } from "../host/fake/office";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const scene = (name: string) => renderApp(scenes[name] ?? snapshot());

it.each([
  ["signInStarting", "One moment", []],
  ["signInSignedOut", "Sign in to Warmline", ["Sign in with Office 365"]],
  ["signInSignedOutCode", "Sign in to Warmline", ["Sign in with Office 365", "Use a code instead"]],
  ["signInBrowser", "Sign in in your browser", ["Open again", "Copy link", "Cancel"]],
  ["signInDeviceCode", "Sign in with a code", ["Copy code", "Copy link", "Cancel"]],
  ["signInFinishing", "Almost there", []],
  ["signInProvisioning", "Setting up your phone", ["Sign out"]],
  ["signInNotProvisioned", "Your phone is not set up yet", ["Try again", "Sign out"]],
  ["signInNoKeychain", "The keychain does not open", ["Try again"]],
] as const)("says how far it is and what to do, practice always last: %s", (name, title, buttons) => {
  scene(name);
  expect(screen.getByRole("heading", { level: 1, name: title })).toBeTruthy();
  expect(screen.getAllByRole("button").filter((button) => button.closest("details") === null).map(({ textContent }) => textContent)).toEqual([...buttons, "Start practice"]);
});

it.each(["signInSignedOut", "firstRun"])("can be told another language and says what has failed: %s", async (name) => {
  const { host, user, show } = scene(name);
  await user.selectOptions(screen.getByRole("combobox", { name: "Language" }), "Deutsch");
  expect(host.asked).toEqual([{ do: "setLanguage", language: "de" }]);
  show({ ...(scenes[name] ?? snapshot()), notices: [{ kind: "fault", words: "The link is none to call.", advice: null }] });
  expect(within(screen.getByRole("main")).getByText("The link is none to call.")).toBeTruthy();
});

it("signs in by browser or by code, opens the page again, gives up", async () => {
  const { host, user, show } = scene("signInSignedOutCode");
  await user.click(button("Sign in with Office 365"));
  await user.click(button("Use a code instead"));
  show(scenes.signInBrowser ?? snapshot());
  await user.click(button("Open again"));
  await user.click(button("Cancel"));
  expect(host.asked).toEqual([
    { do: "signIn", tenant: 0, deviceCode: false },
    { do: "signIn", tenant: 0, deviceCode: true },
    { do: "openSignInPage", tenant: 0 },
    { do: "cancelSignIn", tenant: 0 },
  ]);
});

it("copies the link and the code, and says if it cannot", async () => {
  const { user } = scene("signInDeviceCode");
  const copied = vi.spyOn(navigator.clipboard, "writeText");
  expect(screen.getByText("H7QK-2MPD")).toBeTruthy();
  await user.click(button("Copy code"));
  expect(copied).toHaveBeenLastCalledWith("H7QK-2MPD");
  copied.mockRejectedValueOnce(new Error("denied"));
  await user.click(button("Copy link"));
  expect(await screen.findByRole("button", { name: "Select it, then copy" })).toBeTruthy();
});

it("fetches the profile again, or signs out", async () => {
  const { host, user } = scene("signInNotProvisioned");
  expect(screen.getByText(/Signed in as/).textContent).toBe("Signed in as Robin Adeyemi (robin@contact.example)");
  await user.click(button("Try again"));
  await user.click(button("Sign out"));
  expect(host.asked).toEqual([{ do: "provision" }, { do: "signOut", tenant: 0 }]);
});

it("keeps the keyboard on the page through every step, and says each", async () => {
  const { user, show } = scene("signInSignedOut");
  const status = screen.getAllByRole("status").find((each) => each.textContent !== "");
  await user.click(button("Sign in with Office 365"));
  show(scenes.signInBrowser ?? snapshot());
  expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
  expect(status?.isConnected).toBe(true);
  expect(status?.textContent).toMatch(/^Go on in your browser/);
});

it("says in place what could not be done", async () => {
  const { host, user } = scene("signInSignedOut");
  host.refusal = { code: "notPossible", message: "No browser could be opened." };
  await user.click(button("Sign in with Office 365"));
  expect(await within(screen.getByRole("main")).findByText("No browser could be opened.")).toBeTruthy();
});

it("says that a session ended, that the call goes on, and leads back in", async () => {
  const { host, user, show } = renderApp(snapshot({ signIns: [signIn()], calls: [active()] }));
  show(scenes.signedOutInCall ?? snapshot());
  expect(screen.getByTestId("polite").textContent).toContain("Your sign-in is no longer valid. Your call goes on.");
  const main = within(screen.getByRole("main"));
  expect(main.getByText("Your sign-in is no longer valid.").parentElement?.textContent).toContain("Your call goes on. Sign in again");
  expect(screen.getByRole("heading", { name: "Mina Kowalski" })).toBeTruthy();
  await user.click(main.getByRole("button", { name: "Sign in" }));
  expect(host.asked).toEqual([{ do: "signIn", tenant: 0, deviceCode: false }]);
  show(scenes.browserInCall ?? snapshot());
  await user.click(main.getByRole("button", { name: "Cancel" }));
  expect(host.asked.at(-1)).toEqual({ do: "cancelSignIn", tenant: 0 });
});

it("says who is signed in and signs out", async () => {
  const { host, user } = renderApp(snapshot({ signIns: [signIn()] }));
  await user.click(button("Who is signed in"));
  expect(screen.getByRole("menu").textContent).toContain("robin@contact.example");
  await user.click(screen.getByRole("menuitem", { name: "Sign out" }));
  expect(host.asked).toEqual([{ do: "signOut", tenant: 0 }]);
});

it("asks before somebody signs out in the middle of a call", async () => {
  const { host, user } = renderApp(snapshot({ signIns: [signIn()], calls: [active()] }));
  const out = async () => {
    await user.click(button("Who is signed in"));
    await user.click(screen.getByRole("menuitem", { name: "Sign out" }));
  };
  await out();
  // Without a layout the library may take the dialog for hidden.
  await user.click(screen.getByRole("button", { name: "Stay signed in", hidden: true }));
  expect(host.asked).toEqual([]);
  await waitFor(() => expect(screen.queryByRole("alertdialog", { hidden: true })).toBeNull());
  await out();
  await user.click(screen.getByRole("button", { name: "Sign out", hidden: true }));
  expect(host.asked).toEqual([{ do: "signOut", tenant: 0 }]);
});

it("lists every line, and calls by the one that is chosen", async () => {
  const { host, user } = scene("severalCustomers");
  const lines = within(screen.getByRole("list", { name: "Your lines" })).getAllByRole("listitem");
  expect(lines.map(({ textContent }) => textContent)).toEqual([
    "Contact GmbHReachable",
    "Nordwind AGNot reachable",
    "Wolfeschlegelsteinhausenbergerdorff ElectronicsConnecting",
  ]);
  const field = screen.getByRole("combobox", { name: "Number to call" });
  await user.type(field, "2010{Enter}");
  expect(host.asked).toEqual([{ do: "dial", to: "2010", line: 0 }]);
  await user.selectOptions(screen.getByRole("combobox", { name: "Call for" }), "1");
  await user.type(field, "2010{Enter}");
  expect(host.asked).toHaveLength(1);
  expect(within(screen.getByRole("main")).getAllByText("You can call as soon as you are reachable again.").length).toBeGreaterThan(0);
  expect(within(screen.getByRole("region", { name: "Mina Kowalski" })).getByText("Contact GmbH")).toBeTruthy();
  expect(within(screen.getByRole("region", { name: "Jonas Brandt" })).getByText("Nordwind AG")).toBeTruthy();
});

it("says beside a sign-in of several whose it is", () => {
  renderApp(snapshot({ signIns: [signIn({ customer: "Contact GmbH" }), signingIn("signedOut", { tenant: 1, customer: "Nordwind AG" })] }));
  expect(screen.getByText("Nordwind AG: Sign in with the account you use for Teams.")).toBeTruthy();
});
