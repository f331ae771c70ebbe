import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { snapshot } from "../host/fake/moments";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const page = () => within(screen.getByRole("main"));
const scene = (name: string) => renderApp(scenes[name] ?? snapshot());

it("offers to take a call up again, for as long as that is possible", async () => {
  const { host, user } = scene("recovery");
  const offer = within(screen.getByRole("region", { name: "Warmline was stopped in a call with Mina Kowalski." }));
  expect(offer.getByText(/^Possible for 4\d s more\.$/)).toBeTruthy();
  await user.click(offer.getByRole("button", { name: "Recover" }));
  await user.click(offer.getByRole("button", { name: "Let it go" }));
  expect(host.asked).toEqual([
    { do: "recover", really: true },
    { do: "recover", really: false },
  ]);
});

it("names everybody who was on the line", () => {
  scene("recoveryOfTwo");
  expect(page().getByText("Warmline was stopped in a call with Mina Kowalski and Nadia Haddad.")).toBeTruthy();
  expect(page().getByText(/Take the calls up again\?/)).toBeTruthy();
});

it("says that a call is being taken up again, and lets it only be ended", async () => {
  const { host, user } = scene("recovering");
  expect(screen.getByTestId("call-state").textContent).toBe("Taking the call up again…");
  expect(["Hold", "Transfer", "Keypad"].map((name) => button(name).getAttribute("aria-disabled"))).toEqual(["true", "true", "true"]);
  await user.click(button("Hang up"));
  expect(host.asked).toEqual([{ do: "hangUp", call: 1 }]);
});

it("says that the sound is interrupted and looked for", () => {
  scene("interrupted");
  expect(screen.getByTestId("call-state").textContent).toBe("Sound interrupted");
  expect(page().getByText("Sound is interrupted. Looking for another way…")).toBeTruthy();
});

it("tells the longest gap among the figures", async () => {
  const { user } = scene("afterAGap");
  await user.click(button("Clear sound"));
  expect(button(/^Clear sound/).textContent).toContain("longest gap 1.4 s");
});
