import type { UiPeople, UiSignIn, UiSnapshot } from "../../ipc/bindings";
import { active, consulting, expert, incoming, inUse, recent, registration, snapshot, waits } from "./moments";
import { card, directory, ladder, line, nobody, people, peopleInCall, signIn, signingIn } from "./office";

/** The page of a sign-in that is so far. */
function page(...signIns: readonly UiSignIn[]): UiSnapshot {
  return snapshot({ account: { kind: "signIn" }, signIns: [...signIns] });
}

const withSignIn = { signIns: [signIn()], recents: [recent()] };

const PAGE = "https://login.contact.example/common/oauth2/v2.0/authorize?client_id=warmline&response_type=code";

/** What the pages of sign-in and of experts can look like, by name. */
export const officeScenes: Readonly<Record<string, UiSnapshot>> = {
  signInStarting: page(signingIn("starting")),
  signInSignedOut: page(signingIn("signedOut")),
  signInSignedOutCode: page(signingIn("signedOut", { deviceCode: true })),
  signInBrowser: page(
    signingIn("browser", {
      page: PAGE,
    }),
  ),
  signInDeviceCode: page(
    signingIn("deviceCode", {
      page: "https://login.contact.example/device",
      code: "H7QK-2MPD",
      deviceCode: true,
    }),
  ),
  signInFinishing: page(signingIn("finishing")),
  signInProvisioning: page(signIn({ state: "provisioning" })),
  signInNotProvisioned: page(
    signIn({
      state: "notProvisioned",
      detail: "The provider has no line for this account. Tell your administrator.",
    }),
  ),
  signInNoKeychain: page(
    signingIn("noKeychain", {
    }),
  ),
  signedOutInCall: snapshot({
    signIns: [signingIn("signedOut", { why: "expired" })],
    calls: [active()],
    sound: inUse(),
  }),
  browserInCall: snapshot({
    signIns: [signingIn("browser", { page: PAGE })],
    calls: [active()],
    sound: inUse(),
  }),
  severalCustomers: snapshot({
    signIns: [
      signIn({ customer: "Contact GmbH" }),
      signingIn("signedOut", { tenant: 1, customer: "Nordwind AG" }),
    ],
    lines: [
      line(),
      line({ line: 1, customer: "Nordwind AG", registration: registration({ reachability: "unreachable" }) }),
      line({ line: 2, customer: "Wolfeschlegelsteinhausenbergerdorff Electronics", registration: registration({ reachability: "connecting" }) }),
    ],
    calls: [active({ customer: "Contact GmbH" }), incoming({ id: 5, customer: "Nordwind AG", party: { name: "Jonas Brandt", number: "+49 89 5550 777", address: "sip:+49895550777@contact.example" } })],
    sound: inUse(),
  }),
  experts: snapshot(withSignIn),
  expertsInCall: snapshot({ ...withSignIn, calls: [active()], sound: inUse() }),
  expertsWhileAsking: snapshot({ ...withSignIn, calls: [waits(), expert()], transfers: [consulting({ card: card() })], sound: inUse() }),
  expertsLoading: snapshot(withSignIn),
  expertsEmpty: snapshot(withSignIn),
  expertsSignedOut: snapshot({ ...withSignIn, signIns: [signingIn("signedOut")] }),
  expertsOffline: snapshot(withSignIn),
  expertsThrottled: snapshot(withSignIn),
  expertsNoConsent: snapshot(withSignIn),
  expertsLadder: snapshot(withSignIn),
  expertsBroken: snapshot(withSignIn),
  expertsNoPresence: snapshot(withSignIn),
  cardSending: cardScene({ state: "sending" }),
  cardSent: cardScene({}),
  cardFailed: cardScene({ state: "failed" }),
  cardReplied: cardScene({ reply: "2 min" }),
  notes: snapshot({
    calls: [active({ note: { tried: "Looked the invoice up.", note: "Wants the money back on the same account." } })],
    sound: inUse(),
  }),
};

/** A directory of four: what stands around the list is the matter. */
const few = { total: 4, rows: [...directory(4)] };

/** What is known of experts in these scenes. */
export const peopleIn: Readonly<Record<string, UiPeople>> = {
  experts: people(),
  expertsInCall: peopleInCall(),
  expertsWhileAsking: peopleInCall(),
  expertsLoading: nobody({ loading: true }),
  expertsEmpty: nobody(),
  expertsSignedOut: nobody({
    blocked: blocked("signedOut"),
  }),
  expertsOffline: people({
    ...few,
    blocked: blocked("offline"),
  }),
  expertsThrottled: people({
    ...few,
    blocked: {
      ...blocked("throttled"),
      untilMs: 621_000,
    },
  }),
  expertsNoConsent: nobody({
    blocked: blocked("noConsent"),
    ladder: [...ladder],
  }),
  expertsLadder: people({ ...few, ladder: ladder.slice(1) }),
  expertsBroken: people({
    ...few,
    blocked: blocked("broken"),
  }),
  expertsNoPresence: people({
    ...few,
    blocked: blocked("noPresence"),
  }),
};

function blocked(kind: NonNullable<UiPeople["blocked"]>["kind"]): NonNullable<UiPeople["blocked"]> {
  return { kind, untilMs: null };
}

function cardScene(changes: Parameters<typeof card>[0]): UiSnapshot {
  return snapshot({
    signIns: [signIn()],
    calls: [waits(), expert()],
    transfers: [consulting({ card: card(changes) })],
    sound: inUse(),
  });
}
