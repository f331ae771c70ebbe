import type { UiCard, UiConsent, UiLine, UiPeople, UiPerson, UiSignIn, UiSignInState } from "../../ipc/bindings";
import { registration } from "./moments";

/** The agent's sign-in, done. All people are invented. */
export function signIn(changes: Partial<UiSignIn> = {}): UiSignIn {
  return {
    tenant: 0,
    customer: null,
    state: "signedIn",
    why: null,
    detail: null,
    name: "Robin Adeyemi",
    username: "robin@contact.example",
    page: null,
    code: null,
    deviceCode: false,
    ...changes,
  };
}

/** A sign-in that is not done. */
export function signingIn(state: UiSignInState, changes: Partial<UiSignIn> = {}): UiSignIn {
  return signIn({ state, name: null, username: null, ...changes });
}

/** One of several lines. */
export function line(changes: Partial<UiLine> = {}): UiLine {
  return { line: 0, customer: "Contact GmbH", registration: registration(), ...changes };
}

/** What an expert was told. */
export function card(changes: Partial<UiCard> = {}): UiCard {
  return {
    state: "sent",
    reply: null,
    text: "Mina Kowalski calls about: Invoice 4711 was paid twice.\nTried so far: looked the invoice up.",
    ...changes,
  };
}

/** Somebody who may help. */
export function person(changes: Partial<UiPerson> = {}): UiPerson {
  return {
    id: "nadia",
    name: "Nadia Haddad",
    title: "Billing lead, Finance",
    skills: ["Billing", "Refunds"],
    presence: "available",
    doing: "available",
    outOfOffice: null,
    asOfMs: 588_000,
    statusMessage: null,
    number: "+49 30 5550 2010",
    numberVerified: true,
    timeZone: null,
    nextMeetingUnixMs: null,
    reasons: [],
    favourite: false,
    photo: null,
    ...changes,
  };
}

export const ozlem = person({
  id: "ozlem",
  name: "Özlem Çelik",
  title: "Payments",
  skills: ["Billing"],
  presence: "busy",
  doing: "inACall",
  asOfMs: 584_000,
  number: "+49 30 5550 2044",
  numberVerified: false,
  nextMeetingUnixMs: Date.now() + 40 * 60_000,
  favourite: true,
});

export const lars = person({
  id: "lars",
  name: "Lars Lindqvist",
  title: "Contracts",
  skills: [],
  presence: "outOfOffice",
  doing: "outOfOffice",
  outOfOffice: "back on Monday",
  asOfMs: 570_000,
  number: null,
  numberVerified: false,
  timeZone: "America/Halifax",
  statusMessage: "At the customer’s until Friday; write to me.",
});

/** A directory of so many, in alphabetical order of their numbers. */
export function directory(count: number): readonly UiPerson[] {
  const [given, family] = [
    ["Ada", "Bo", "Chidi", "Dana", "Emre", "Freya", "Goran", "Hana", "Ivo", "Jana"],
    ["Almeida", "Berg", "Costa", "Dietz", "Eriksen", "Fuchs", "Gruber", "Hoang", "Ito", "Jansen", "Klein"],
  ];
  const presences = ["available", "away", "busy", "doNotDisturb", "outOfOffice", "offline", "unknown"] as const;
  const doing = ["available", "away", "inAMeeting", "presenting", "outOfOffice", "offline", "unknown"] as const;
  return Array.from({ length: count }, (_, index) =>
    person({
      id: `person-${index}`,
      name: `${given[index % given.length] ?? ""} ${family[index % family.length] ?? ""} ${index + 1}`,
      title: ["Technician", "Logistics", "Legal"][index % 3] ?? null,
      skills: index % 2 === 0 ? ["Routers"] : [],
      presence: presences[index % presences.length] ?? "unknown",
      doing: doing[index % doing.length] ?? "unknown",
      number: index % 9 === 8 ? null : `+49 30 5551 ${String(1000 + index)}`,
      numberVerified: index % 4 !== 3,
    }),
  );
}

/** A directory of 240, nobody in a call. */
export function people(changes: Partial<UiPeople> = {}): UiPeople {
  const everybody = directory(240);
  return {
    nowMs: 600_000,
    customer: null,
    loading: false,
    blocked: null,
    call: null,
    best: [],
    favourites: [ozlem],
    recent: [lars],
    total: everybody.length,
    first: 0,
    rows: everybody.slice(0, 40),
    ladder: [],
    ...changes,
  };
}

/** The same, with the customer of call 1 in hand. */
export function peopleInCall(changes: Partial<UiPeople> = {}): UiPeople {
  return people({
    call: 1,
    best: [
      person({
        reasons: [
          { why: "knows", skill: "Billing" },
          { why: "free" },
        ],
      }),
      {
        ...ozlem,
        reasons: [
          { why: "knows", skill: "Billing" },
          { why: "calledToday", times: 2 },
        ],
      },
    ],
    ...changes,
  });
}

/** Nobody is known. */
export function nobody(changes: Partial<UiPeople> = {}): UiPeople {
  return people({ favourites: [], recent: [], total: 0, rows: [], ...changes });
}

export const ladder: readonly UiConsent[] = [
  {
    rung: 1,
    unlocks: "presence",
    permissions: ["Presence.Read.All"],
    byAdministrator: false,
  },
  {
    rung: 2,
    unlocks: "numbers",
    permissions: ["TeamsUserConfiguration.Read.All", "TeamworkTag.Read"],
    byAdministrator: true,
  },
];
