import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { renderApp } from "../host/fake/renderApp";
import { snapshot } from "../host/fake/moments";
import { scenes } from "../host/fake/scenes";

const field = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Number to call" });

it("calls on Enter and empties the field", async () => {
  const { host, user } = renderApp(snapshot());
  await user.type(field(), "+49 30 5550{Enter}");
  expect(host.asked).toEqual([{ do: "dial", to: "+49 30 5550" }]);
  expect(field().value).toBe("");
});

it("shows what is wrong with a number under the field and keeps what was typed", async () => {
  const { host, user } = renderApp(snapshot());
  host.refusal = { code: "badNumber", message: "“12 34 x” is not a number." };
  await user.type(field(), "12 34 x{Enter}");
  expect(await screen.findByText("“12 34 x” is not a number.")).toBeTruthy();
  expect(field().value).toBe("12 34 x");
  expect(field().getAttribute("aria-invalid")).toBe("true");
  const description = field().getAttribute("aria-describedby") ?? "";
  expect(description.split(" ").some((id) => document.getElementById(id)?.textContent.includes("not a number"))).toBe(true);
  await user.type(field(), "5");
  expect(screen.queryByText("“12 34 x” is not a number.")).toBeNull();
});

it("says why no call goes out while nobody is reachable", async () => {
  const { host, user } = renderApp(scenes.offline ?? snapshot());
  await user.type(field(), "100{Enter}");
  expect(host.asked).toEqual([]);
  expect(screen.getByText("You can call as soon as you are reachable again.")).toBeTruthy();
});

it("shows any other failure above the calls until it is read", async () => {
  const { host, user } = renderApp(snapshot());
  host.refusal = { code: "notPossible", message: "The phone is not running." };
  await user.type(field(), "100{Enter}");
  expect(await within(screen.getByRole("main")).findByText("The phone is not running.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByText("The phone is not running.")).toBeNull();
});

it("is reached by its shortcut", async () => {
  const { user } = renderApp(snapshot());
  await user.keyboard("{Control>}k{/Control}");
  expect(document.activeElement).toBe(field());
});
