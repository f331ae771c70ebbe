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
  signInStarting: page(signingIn("starting", "Looking whether you are signed in.")),
  signInSignedOut: page(signingIn("signedOut", "Your phone comes with your Office 365 account.")),
  signInSignedOutCode: page(signingIn("signedOut", "Your phone comes with your Office 365 account.", { deviceCode: true })),
  signInBrowser: page(
    signingIn("browser", "Your browser shows the page to sign in on.", {
      advice: "Come back here when it says that you can close it.",
      page: PAGE,
    }),
  ),
  signInDeviceCode: page(
    signingIn("deviceCode", "Open this page on any device and type in the code.", {
      page: "https://login.contact.example/device",
      code: "H7QK-2MPD",
      deviceCode: true,
    }),
  ),
  signInFinishing: page(signingIn("finishing", "Checking the answer.")),
  signInProvisioning: page(signIn({ state: "provisioning", words: "Fetching the settings of your phone." })),
  signInNotProvisioned: page(
    signIn({
      state: "notProvisioned",
      words: "Your provider has no phone for you yet.",
      advice: "Ask your supervisor to have one set up, then try again.",
    }),
  ),
  signInNoKeychain: page(
    signingIn("noKeychain", "The keychain of this computer is locked or absent.", {
      advice: "Unlock it, or sign out of the computer and in again; then try again.",
    }),
  ),
  signedOutInCall: snapshot({
    signIns: [signingIn("signedOut", "You were signed out.", { advice: "Sign in again to see your experts." })],
    calls: [active()],
    sound: inUse(),
  }),
  browserInCall: snapshot({
    signIns: [signingIn("browser", "Your browser shows the page to sign in on.", { page: PAGE })],
    calls: [active()],
    sound: inUse(),
  }),
  severalCustomers: snapshot({
    signIns: [
      signIn({ customer: "Contact GmbH" }),
      signingIn("signedOut", "Nobody is signed in.", { tenant: 1, customer: "Nordwind AG", advice: "Sign in to see their experts." }),
    ],
    lines: [
      line(),
      line({ line: 1, customer: "Nordwind AG", registration: registration({ reachability: "unreachable", words: "Not reachable" }) }),
      line({ line: 2, customer: "Wolfeschlegelsteinhausenbergerdorff Electronics", registration: registration({ reachability: "connecting", words: "Connecting" }) }),
    ],
    calls: [active({ customer: "Contact GmbH" }), incoming({ id: 5, customer: "Nordwind AG", party: { name: "Jonas Brandt", number: "+49 89 5550 777", address: "sip:+49895550777@contact.example" } })],
    sound: inUse(),
  }),
  experts: snapshot(withSignIn),
  expertsInCall: snapshot({ ...withSignIn, calls: [active()], sound: inUse() }),
  expertsWhileAsking: snapshot({ ...withSignIn, calls: [waits(), expert()], transfers: [consulting({ card: card() })], sound: inUse() }),
  expertsLoading: snapshot(withSignIn),
  expertsEmpty: snapshot(withSignIn),
  expertsSignedOut: snapshot({ ...withSignIn, signIns: [signingIn("signedOut", "You were signed out.")] }),
  expertsOffline: snapshot(withSignIn),
  expertsThrottled: snapshot(withSignIn),
  expertsNoConsent: snapshot(withSignIn),
  expertsLadder: snapshot(withSignIn),
  expertsBroken: snapshot(withSignIn),
  expertsNoPresence: snapshot(withSignIn),
  cardSending: cardScene({ state: "sending", words: "Sending a note to Nadia Haddad in Teams." }),
  cardSent: cardScene({}),
  cardFailed: cardScene({ state: "failed", words: "The note to Nadia Haddad could not be sent. The call goes on." }),
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
    blocked: blocked("signedOut", "You are signed out, so nothing new of the experts is known.", "Sign in again. Your calls go on."),
  }),
  expertsOffline: people({
    ...few,
    blocked: blocked("offline", "Microsoft does not answer.", "What you see is from before; Warmline tries again by itself."),
  }),
  expertsThrottled: people({
    ...few,
    blocked: {
      ...blocked("throttled", "Microsoft asks Warmline to wait.", "What you see is from before; it goes on by itself."),
      untilMs: 621_000,
    },
  }),
  expertsNoConsent: nobody({
    blocked: blocked("noConsent", "Your organisation has not allowed Warmline to see who is free.", "Ask for it below."),
    ladder: [...ladder],
  }),
  expertsLadder: people({ ...few, ladder: ladder.slice(1) }),
  expertsBroken: people({
    ...few,
    blocked: blocked(
      "broken",
      "What Microsoft answers cannot be read.",
      "Warmline tries again by itself. If it stays so, tell your administrator.",
    ),
  }),
  expertsNoPresence: people({
    ...few,
    blocked: blocked("noPresence", "This Microsoft cloud does not say who is free.", "Experts are shown without."),
  }),
};

function blocked(kind: NonNullable<UiPeople["blocked"]>["kind"], words: string, advice: string | null): NonNullable<UiPeople["blocked"]> {
  return { kind, words, advice, untilMs: null };
}

function cardScene(changes: Parameters<typeof card>[0]): UiSnapshot {
  return snapshot({
    signIns: [signIn()],
    calls: [waits(), expert()],
    transfers: [consulting({ card: card(changes) })],
    sound: inUse(),
  });
}
