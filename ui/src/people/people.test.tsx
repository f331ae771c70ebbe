import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { active, incoming, inUse, recent, snapshot } from "../host/fake/moments";
import { directory, nobody, people, peopleInCall, person, signIn } from "../host/fake/office";
import { peopleIn } from "../host/fake/officeScenes";
import { renderApp } from "../host/fake/renderApp";
import { scenes } from "../host/fake/scenes";
import { widen } from "../host/fake/widen";
import type { UiAction } from "../ipc/bindings";

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const search = () => screen.getByRole<HTMLInputElement>("searchbox", { name: "Find an expert" });
const panel = () => within(screen.getByRole("region", { name: "Experts" }));
const section = (name: string | RegExp) => within(panel().getByRole("region", { name }));
const focused = () => document.activeElement?.getAttribute("aria-label");

/** The scene with its experts, the panel open. */
async function open(name: string) {
  const pages = renderApp(scenes[name] ?? snapshot(), peopleIn[name] ?? null);
  await pages.user.keyboard("{Control>}e{/Control}");
  return pages;
}

const but = (asked: readonly UiAction[], without: UiAction["do"]) => asked.filter((action) => action.do !== without);
const looks = (asked: readonly UiAction[]) => asked.filter((action) => action.do === "lookAtPeople");

beforeEach(() => localStorage.clear());
afterEach(() => vi.useRealTimers());

it("is opened by its button and by keys, and gives the keyboard back", async () => {
  const { host, user } = renderApp(scenes.experts ?? snapshot(), people());
  expect(looks(host.asked)).toEqual([]);
  await user.click(button("Experts"));
  expect(looks(host.asked)).toEqual([expect.objectContaining({ shown: true, search: "", first: 0 })]);
  await user.click(panel().getByRole("button", { name: "Close (Escape)" }));
  await waitFor(() => expect(looks(host.asked).at(-1)).toMatchObject({ shown: false }));
  expect(document.activeElement).toBe(button("Experts"));
  await user.keyboard("{Control>}e{/Control}");
  expect(document.activeElement).toBe(search());
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("searchbox", { name: "Find an expert" })).toBeNull();
});

it("asks for nothing while the window is hidden", async () => {
  const { host } = await open("experts");
  const visible = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
  await waitFor(() => expect(looks(host.asked).at(-1)).toMatchObject({ shown: false }));
  visible.mockReturnValue("visible");
  document.dispatchEvent(new Event("visibilitychange"));
  await waitFor(() => expect(looks(host.asked).at(-1)).toMatchObject({ shown: true }));
});

it("shows everybody by sections, with presence, its age, the number and why", async () => {
  await open("expertsInCall");
  const [nadia, ozlem] = section("Best for this call").getAllByRole("listitem");
  expect(nadia?.textContent).toMatch(/Nadia Haddad.*Billing lead, Finance.*Available · as of \d+ s.*\+49 30 5550 2010.*knows Billing.*free/);
  expect(ozlem?.textContent).toMatch(/In a call · as of \d+ s.*2044 \(unverified\).*Meeting at/);
  expect(section("Favourites").getAllByRole("listitem")).toHaveLength(1);
  expect(section("Recent").getByText(/^No number · /)).toBeTruthy();
  expect(panel().getByRole("heading", { name: "All 240" })).toBeTruthy();
});

it("asks somebody about the call in hand by one click", async () => {
  const { host, user } = await open("expertsInCall");
  expect(panel().getByText("Press somebody to ask them about Mina Kowalski, who waits meanwhile.")).toBeTruthy();
  await user.click(section("Best for this call").getByRole("button", { name: "Ask Nadia Haddad" }));
  expect(but(host.asked, "lookAtPeople")).toEqual([{ do: "callPerson", person: "nadia", call: 1, handOver: false }]);
});

it.each([
  ["Hand over", { call: 1, handOver: true }],
  ["Ask first", { call: 1, handOver: false }],
  ["Call", { call: null, handOver: false }],
] as const)("brings somebody in by the menu: %s", async (item, asked) => {
  const { host, user } = await open("expertsInCall");
  await user.click(section("Best for this call").getByRole("button", { name: "More, Nadia Haddad" }));
  await user.click(screen.getByRole("menuitem", { name: new RegExp(`^${item}`) }));
  expect(but(host.asked, "lookAtPeople")).toEqual([{ do: "callPerson", person: "nadia", ...asked }]);
  await waitFor(() => expect(focused()).toBe("More, Nadia Haddad"));
});

it("calls somebody where there is no call, and says why somebody cannot be", async () => {
  const { host, user } = await open("experts");
  await user.click(button("Call Özlem Çelik"));
  const lars = button("Call Lars Lindqvist");
  expect(lars.getAttribute("aria-disabled")).toBe("true");
  expect(lars.title).toBe("No number is known");
  await user.click(lars);
  expect(but(host.asked, "lookAtPeople")).toEqual([{ do: "callPerson", person: "ozlem", call: null, handOver: false }]);
});

it("asks nobody else while somebody is asked", async () => {
  const { host, user } = await open("expertsWhileAsking");
  await user.click(section("Best for this call").getByRole("button", { name: "Ask Nadia Haddad" }));
  expect(but(host.asked, "lookAtPeople")).toEqual([]);
  expect(panel().getAllByText("You are asking Nadia Haddad already. Go back first.").length).toBeGreaterThan(1);
});

it("marks by the star and by F", async () => {
  const { host, user } = await open("experts");
  await user.click(button("Favourite, Lars Lindqvist"));
  await user.keyboard("f");
  act(() => button("Call Özlem Çelik").focus());
  await user.keyboard("F");
  expect(but(host.asked, "lookAtPeople")).toEqual([
    { do: "favourite", person: "lars", on: true },
    { do: "favourite", person: "lars", on: true },
    { do: "favourite", person: "ozlem", on: false },
  ]);
});

it("looks for what is typed at once, and again once the hand rests", async () => {
  const { host, user } = await open("experts");
  host.directory = directory(240);
  await waitFor(() => expect(looks(host.asked).length).toBeGreaterThan(0));
  await new Promise((resolve) => setTimeout(resolve, 80));
  const before = looks(host.asked).length;
  await user.keyboard("hoang");
  expect(looks(host.asked)[before]).toMatchObject({ search: "h", first: 0 });
  await waitFor(() => expect(looks(host.asked).at(-1)).toMatchObject({ shown: true, search: "hoang", first: 0 }));
  await waitFor(() => expect(panel().getByRole("heading", { name: "Found 22" })).toBeTruthy());
  expect(panel().queryByRole("region", { name: "Favourites" })).toBeNull();
  await waitFor(() => expect(panel().getByText("22 experts match.")).toBeTruthy());
  await user.keyboard("{Enter}");
  expect(focused()).toBe("Call Hana Hoang 8");
  await user.keyboard("{Escape}");
  expect(document.activeElement).toBe(search());
  expect(search().value).toBe("");
  await waitFor(() => expect(looks(host.asked).at(-1)).toMatchObject({ search: "" }));
});

it("is one stop of Tab, with keys through every section to the far end and back", async () => {
  const { host, user } = await open("experts");
  host.directory = directory(240);
  await user.keyboard("{ArrowDown}");
  expect(focused()).toBe("Call Özlem Çelik");
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(focused()).toBe("Call Ada Almeida 1");
  await user.keyboard("{End}");
  await waitFor(() => expect(focused()).toBe("Call Jana Ito 240"));
  await waitFor(() => expect(looks(host.asked).at(-1)).toMatchObject({ first: 220 }));
  await user.keyboard("{ArrowUp}");
  expect(focused()).toBe("Call Ivo Hoang 239");
  await user.keyboard("{Home}");
  expect(focused()).toBe("Call Özlem Çelik");
  const tabbable = panel().getAllByRole("button").filter((each) => each.tabIndex === 0 && (each.getAttribute("aria-label") ?? "").startsWith("Call "));
  expect(tabbable).toHaveLength(1);
});

it("calls by Enter from the list", async () => {
  const { host, user } = await open("expertsInCall");
  await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(but(host.asked, "lookAtPeople")).toEqual([{ do: "callPerson", person: "ozlem", call: 1, handOver: false }]);
});

it("has of 100,000 only those in the page who are to be seen", async () => {
  const { showPeople } = await open("experts");
  showPeople(people({ total: 100_000 }));
  const list = section(/^All/).getByRole("list");
  expect(list.style.height).toBe("7200000px");
  expect(within(list).getAllByRole("listitem").length).toBeLessThan(40);
  expect(within(list).getAllByRole("listitem")[0]?.getAttribute("aria-setsize")).toBe("100000");
});

it("asks for the rows that one scrolls to, and keeps the keyboard where it is", async () => {
  const { host } = await open("experts");
  host.directory = directory(240);
  act(() => button("Call Ada Almeida 1").focus());
  const scroller = section(/^All/).getByRole("list").closest<HTMLElement>("section")?.parentElement;
  if (scroller === null || scroller === undefined) {
    throw new Error("there is no scroller");
  }
  scroller.scrollTop = 100 * 72;
  fireEvent.scroll(scroller);
  await waitFor(() => expect(looks(host.asked).at(-1)).toMatchObject({ first: 80, rows: 40 }));
  await waitFor(() => expect(scroller.querySelector("[data-place='all:100']")?.textContent).toContain("Ada Berg 101"));
  expect(focused()).toBe("Call Ada Almeida 1");
});

it("moves nobody under the pointer", async () => {
  const { user, showPeople } = await open("expertsInCall");
  const names = () =>
    section("Best for this call")
      .getAllByRole("button", { name: /^Ask / })
      .map((each) => each.getAttribute("aria-label"));
  await user.hover(button("More, Lars Lindqvist"));
  const [nadia, ozlem] = peopleInCall().best;
  showPeople(peopleInCall({ best: [person({ id: "new", name: "New Here" }), ozlem, nadia].filter((one) => one !== undefined) }));
  expect(names()).toEqual(["Ask Nadia Haddad", "Ask Özlem Çelik", "Ask New Here"]);
  await user.unhover(button("More, Lars Lindqvist"));
  await user.hover(screen.getByRole("heading", { name: "Robin Adeyemi" }));
  expect(names()).toEqual(["Ask New Here", "Ask Özlem Çelik", "Ask Nadia Haddad"]);
});

it("says that the directory is being read", async () => {
  await open("expertsLoading");
  expect(panel().getByText("Reading the directory…")).toBeTruthy();
});

it.each([
  ["expertsEmpty", "The directory is empty.", "Type a number"],
  ["expertsSignedOut", /^You are signed out/, "Sign in"],
  ["expertsOffline", "Microsoft does not answer.", "Try again"],
  ["expertsBroken", "What Microsoft answers cannot be read.", "Try again"],
  ["expertsNoConsent", /has not allowed Warmline/, "Ask for it"],
] as const)("says what is the matter, with a way out: %s", async (scene, words, way) => {
  await open(scene);
  expect(panel().getByText(words)).toBeTruthy();
  expect(panel().getByRole("button", { name: way })).toBeTruthy();
});

it("signs in, asks for consent and tries again", async () => {
  const { host, user, showPeople } = await open("expertsSignedOut");
  await user.click(panel().getByRole("button", { name: "Sign in" }));
  showPeople(peopleIn.expertsNoConsent ?? nobody());
  await user.click(panel().getByRole("button", { name: "Ask for it" }));
  expect(but(host.asked, "lookAtPeople")).toEqual([
    { do: "signIn", tenant: 0, deviceCode: false },
    { do: "askConsent", rung: 1 },
  ]);
  showPeople(peopleIn.expertsOffline ?? nobody());
  await new Promise((resolve) => setTimeout(resolve, 80));
  const before = looks(host.asked).length;
  await user.click(panel().getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(looks(host.asked).length).toBe(before + 1));
});

it("says what an administrator has to grant, to be copied", async () => {
  const { user } = await open("expertsNoConsent");
  const copied = vi.spyOn(navigator.clipboard, "writeText");
  expect(panel().getByText("TeamsUserConfiguration.Read.All, TeamworkTag.Read")).toBeTruthy();
  await user.click(panel().getByRole("button", { name: "Copy for the administrator" }));
  expect(copied.mock.calls[0]?.[0]).toMatch(/TeamsUserConfiguration\.Read\.All, TeamworkTag\.Read.*by the number that Teams knows/);
  expect(await panel().findByRole("button", { name: "Copied" })).toBeTruthy();
});

it("counts down while it is throttled, and says that what is shown is old", async () => {
  await open("expertsThrottled");
  expect(panel().getByRole("timer").textContent).toMatch(/^Goes on in \d+ s\.$/);
  expect(panel().getByText(/What you see is from before/)).toBeTruthy();
  expect(button("Call Özlem Çelik")).toBeTruthy();
});

it("says in place what nobody matches, and clears the search", async () => {
  const { host, user } = await open("experts");
  host.directory = directory(10);
  await user.keyboard("zz");
  expect(await panel().findByText("Nobody matches “zz”.")).toBeTruthy();
  await user.click(panel().getByRole("button", { name: "Clear the search" }));
  expect(document.activeElement).toBe(search());
  expect(await panel().findByRole("region", { name: "Favourites" })).toBeTruthy();
});

it("says without a sign-in why there are no experts, and offers no button for them", async () => {
  const { host, user } = renderApp(snapshot());
  expect(screen.queryByRole("button", { name: "Experts" })).toBeNull();
  await user.keyboard("{Control>}e{/Control}");
  expect(panel().getByText("This phone has no sign-in, so it knows no experts.")).toBeTruthy();
  await user.click(panel().getByRole("button", { name: "Type a number" }));
  expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "Number to call" }));
  expect(host.asked).toEqual([]);
});

it("lets no menu lie over a call that rings", async () => {
  const { user, show } = await open("experts");
  await user.click(button("More, Lars Lindqvist"));
  expect(screen.getByRole("menu")).toBeTruthy();
  show(snapshot({ signIns: [signIn()], calls: [incoming()] }));
  expect(screen.queryByRole("menu")).toBeNull();
});

it("proposes the best experts where somebody is brought in, and calls them as experts", async () => {
  const { host, user } = renderApp(scenes.expertsInCall ?? snapshot(), peopleInCall());
  await user.click(button("Transfer"));
  await waitFor(() => expect(looks(host.asked).at(-1)).toMatchObject({ shown: true }));
  const best = within(screen.getByRole("list", { name: "Best for this call" }));
  expect(best.getAllByRole("button")).toHaveLength(2);
  await user.keyboard("nad");
  expect(best.getAllByRole("button")).toHaveLength(1);
  await user.click(best.getByRole("button", { name: /^Nadia Haddad/ }));
  await user.click(button(/^Hand over/));
  expect(but(host.asked, "lookAtPeople")).toEqual([{ do: "callPerson", person: "nadia", call: 1, handOver: true }]);
});

it("stands beside the calls in a wide window, with the recent calls behind it, and remembers which", async () => {
  widen();
  const shown = snapshot({ signIns: [signIn()], recents: [recent()] });
  const first = renderApp(shown, people());
  expect(search()).toBeTruthy();
  await first.user.click(screen.getByRole("tab", { name: "Recent" }));
  expect(screen.getByRole("list", { name: "Recent calls" })).toBeTruthy();
  expect(screen.queryByRole("searchbox", { name: "Find an expert" })).toBeNull();
  // A call brings them forward, until it is over.
  await first.user.hover(screen.getByRole("heading", { name: "Robin Adeyemi" }));
  act(() => screen.getByRole("tab", { name: "Recent" }).blur());
  first.show(snapshot({ signIns: [signIn()], recents: [recent()], calls: [active()], sound: inUse() }));
  expect(search()).toBeTruthy();
  first.show(shown);
  expect(screen.queryByRole("searchbox", { name: "Find an expert" })).toBeNull();
  await first.user.keyboard("{Control>}e{/Control}");
  expect(document.activeElement).toBe(search());
  await first.user.keyboard("{Control>}{Shift>}r{/Shift}{/Control}");
  expect(focused()).toBe("Call Mina Kowalski");
});
