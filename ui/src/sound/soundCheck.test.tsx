import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { active, appearance, choosable, device, registration, snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";
import type { UiRegistration, UiSound, UiVerdict } from "../ipc/bindings";

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
    "Ring All rightLaptop speakers",
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

const over = (verdict: UiVerdict, sound: Partial<UiSound> = {}, stands: Partial<UiRegistration> = {}) =>
  snapshot({
    account: { kind: "signedIn", ...registration(stands) },
    window: appearance({ firstSteps: true }),
    sound: choosable({
      check: {
        state: "over",
        findings: [
          { subject: "microphone", verdict: "right", told: { kind: "device", name: "Desk headset" }, found: "", advice: null },
          { subject: "network", verdict, told: { kind: "noServer" }, found: "", advice: null },
        ],
      },
      ...sound,
    }),
  });
const silent = { ringer: device({ state: "missing", name: null }) };
const away = { reachability: "unreachable" } as const;

it.each([
  ["Ready for customers.", over("right")],
  ["What could be tried is all right. Not everything could be tried.", over("notTried")],
  ["You can take calls, but look first at what is marked.", over("right", silent)],
  ["Your sound is all right. Calls cannot reach you now.", over("right", {}, away)],
  ["What could be tried is all right. Not everything could be tried. Calls cannot reach you now.", over("notTried", {}, away)],
  ["Look first at what is marked. Calls cannot reach you now.", over("doubtful", {}, away)],
  ["Customers will not hear you, or you them, until this is mended.", over("wrong", silent)],
])("says that the agent is ready only if everything is: %s", async (words, shown) => {
  renderApp(shown);
  await screen.findByRole("button", { name: "Check again" });
  expect(check().getByRole("status").textContent).toBe(words);
});

it("looks at what rings as well", async () => {
  renderApp(over("right", silent));
  await screen.findByRole("button", { name: "Check again" });
  expect(check().getAllByRole("listitem").at(-1)?.textContent).toBe(
    "Ring Does not workThere is nothing to ring on: calls come in silently. Plug in a headset: it is used at once.",
  );
});

it("is begun by name, where it is shown, and says in a call why not", async () => {
  const { host, user, show } = renderApp(snapshot());
  const choose = async () => {
    await user.keyboard("{Control>}{Shift>} {/Shift}{/Control}");
    await screen.findByRole("combobox", { name: "What do you want to do?" });
    await user.keyboard("check your");
    const option = screen.getByRole("option", { selected: true }).textContent;
    await user.keyboard("{Enter}{Escape}");
    return option;
  };
  expect(await choose()).toBe("Check your sound");
  expect(host.asked).toContainEqual({ do: "checkSound", on: true });
  expect(await screen.findByRole("tab", { name: "Devices", selected: true, hidden: true })).toBeTruthy();
  await user.keyboard("{Escape}");
  show(snapshot({ calls: [active()] }));
  expect(await choose()).toContain("Not possible in a call");
});
