import { configure, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";

import { appearance, incoming, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";
import { linked } from "../host/fake/windowScenes";

// Without a layout the library hides from readers what has no focus.
configure({ defaultHidden: true });

const asked = snapshot({ dialRequest: linked });
const question = () => screen.queryByRole("alertdialog");
const text = () => question()?.textContent ?? "";
const button = (name: string) => screen.getAllByRole("button", { name }).find((each) => question()?.contains(each) === true) ?? document.body;
const isOff = (element: HTMLElement) => element.getAttribute("aria-disabled") === "true";
const answer = (really: boolean) => ({ do: "answerDialRequest", to: linked.to, really });

it("asks before it calls whom a link names, and says what kind of number that is", async () => {
  const { host, user } = renderApp(asked);
  expect(screen.getByRole("heading", { name: "Call +49 30 90182000?" })).toBeTruthy();
  expect(text()).toContain("Germany");
  expect(text()).toContain("A link in another program asks for this call.");
  await waitFor(() => expect(isOff(button("Call"))).toBe(false));
  await user.click(button("Call"));
  expect(host.asked).toEqual([answer(true)]);
});

it("says that the agent has copied the number", () => {
  renderApp(snapshot({ dialRequest: { ...linked, by: "clipboard" } }));
  expect(text()).toContain("You copied this number.");
  expect(text()).not.toContain("A link");
});

it.each(["{Escape}", "{Enter}", " "])("calls nobody by a key that was meant for another program: %j", async (key) => {
  const { host, user } = renderApp(asked);
  // The first thing in it has the keyboard, once there is a layout.
  expect(question()?.querySelector("button")).toBe(button("Cancel"));
  button("Cancel").focus();
  await user.keyboard(key);
  expect(host.asked).toEqual([answer(false)]);
});

it("calls nobody by a press before the number can have been read, also where another one takes its place", async () => {
  const { host, user, show } = renderApp(asked);
  await user.click(button("Call"));
  await waitFor(() => expect(isOff(button("Call"))).toBe(false));
  show(snapshot({ dialRequest: { ...linked, shown: "+49 900 1234567", to: "+499001234567" } }));
  expect(text()).toContain("Call +49 900 1234567?");
  expect(isOff(button("Call"))).toBe(true);
  await user.click(button("Call"));
  expect(host.asked).toEqual([]);
});

it("goes away once the phone has the answer, and gives the keyboard back", async () => {
  const { user, show } = renderApp(snapshot());
  const field = screen.getByRole("combobox", { name: "Number to call" });
  await user.click(field);
  show(asked);
  await user.click(button("Cancel"));
  show(snapshot());
  await waitFor(() => expect(question()).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(field));
});

it("says who is put on hold by the call", () => {
  const { show } = renderApp(scenes.dialRequestInCall ?? snapshot());
  expect(text()).toContain("Your call with Mina Kowalski goes on hold.");
  show(asked);
  expect(text()).not.toContain("on hold");
});

it("shows a hostile text as text", () => {
  renderApp(scenes.dialRequestHostile ?? snapshot());
  expect(question()?.querySelector("b")).toBeNull();
  expect(text()).toContain("Call <b>{number}</b>\uFFFDtsetmallory-");
  expect(text()).not.toContain("\u202E");
  expect(text()).toContain("SIP address");
});

it("says why no call can go out", async () => {
  const { host, user } = renderApp(scenes.dialRequestOffline ?? snapshot());
  const why = screen.getByText("You can call as soon as you are reachable again.");
  expect(text()).toContain("For Contact GmbH");
  expect(button("Call").getAttribute("aria-describedby")).toBe(why.id);
  await new Promise((done) => setTimeout(done, 600));
  await user.click(button("Call"));
  expect(host.asked).toEqual([]);
});

it("gives way to a call that rings, and waits for the answer to whether the window closes", () => {
  const { show } = renderApp(asked);
  show({ ...asked, calls: [incoming()] });
  expect(question()).toBeNull();
  show({ ...asked, closing: true });
  expect(text()).not.toContain("90182000");
  show(asked);
  expect(text()).toContain("90182000");
});

it("closes what lies over the window, and lets nothing over itself", async () => {
  const { host, user, show } = renderApp(snapshot());
  await user.keyboard("{Control>},{/Control}");
  await screen.findByRole("tab", { name: "Account" });
  show(asked);
  await waitFor(() => expect(screen.queryByRole("tab", { name: "Account" })).toBeNull());
  await user.keyboard("{Control>},{/Control}{Control>}{Shift>} {/Shift}{/Control}{Control>}k{/Control}");
  expect(screen.queryAllByRole("dialog")).toEqual([]);
  expect(question()?.contains(document.activeElement)).toBe(true);
  expect(host.asked).toEqual([]);
});

it("has the full window for itself", () => {
  const compact = { ...asked, window: appearance({ mode: "compact" }) };
  const { host } = renderApp(compact);
  expect(host.asked).toEqual([{ do: "setMode", mode: "full" }]);
});

it("comes before the first steps", async () => {
  const { show } = renderApp(snapshot({ window: appearance({ firstSteps: true }) }));
  await screen.findByRole("heading", { name: "Try your headset" });
  show({ ...asked, window: appearance({ firstSteps: true }) });
  expect(text()).toContain("90182000");
});

it("is wanted by name, for what was copied", async () => {
  const { host, user, show } = renderApp(snapshot());
  const choose = async () => {
    await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
    await screen.findByRole("combobox", { name: "What do you want to do?" });
    await user.keyboard("copied");
    const option = screen.getByRole("option", { selected: true }).textContent;
    await user.keyboard("{Enter}{Escape}");
    return option;
  };
  expect(await choose()).toBe("Call the copied number");
  expect(host.asked).toEqual([{ do: "callCopied" }]);
  show(scenes.offline ?? snapshot());
  expect(await choose()).toContain("You can call as soon as you are reachable again.");
  expect(host.asked).toEqual([{ do: "callCopied" }]);
});
