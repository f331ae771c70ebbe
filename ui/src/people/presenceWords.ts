import type { UiBlockedKind, UiDoing, UiPerson, UiReason, UiUnlocks } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";

/** What somebody does, in a few words, with what they leave word of while they are away. */
export function presenceWords({ say }: Words, { doing, outOfOffice }: UiPerson): string {
  return outOfOffice === null ? say(does[doing]) : say("people.doing.outOfOfficeSays", { message: outOfOffice });
}

/** What speaks for somebody or against, in a few words. */
export function reasonWords({ say }: Words, reason: UiReason): string {
  switch (reason.why) {
    case "knows":
      return say("people.reason.knows", { skill: reason.skill });
    case "free":
      return say("people.reason.free");
    case "maybeReached":
      return say("people.reason.maybeReached");
    case "notNow":
      return say("people.reason.notNow");
    case "noNumber":
      return say("people.reason.noNumber");
    case "unverifiedNumber":
      return say("people.reason.unverified");
    case "calledToday":
      return say("people.reason.calledToday", { times: reason.times });
    case "inMeeting":
      return say("people.reason.inMeeting");
    case "meetingSoon":
      return say("people.reason.meetingSoon", { minutes: reason.minutes });
    case "oldNews":
      return say("people.reason.oldNews", { minutes: reason.minutes });
  }
}

/** Whether it speaks for them. */
export function favours({ why }: UiReason): boolean {
  return why === "knows" || why === "free" || why === "maybeReached";
}

/** Why nothing new is known of anybody, and what to do. */
export const blockedWords: Readonly<Record<UiBlockedKind, { readonly words: WordId; readonly advice: WordId }>> = {
  noSignIn: { words: "people.noSignIn", advice: "people.noSignInAdvice" },
  signedOut: { words: "people.blocked.signedOut", advice: "people.blocked.signedOutAdvice" },
  noConsent: { words: "people.blocked.noConsent", advice: "people.blocked.noConsentAdvice" },
  offline: { words: "people.blocked.offline", advice: "people.blocked.offlineAdvice" },
  throttled: { words: "people.blocked.throttled", advice: "people.blocked.throttledAdvice" },
  broken: { words: "people.blocked.broken", advice: "people.blocked.brokenAdvice" },
  noPresence: { words: "people.blocked.noPresence", advice: "people.blocked.noPresenceAdvice" },
};

/** What a permission is good for. */
export const unlockWords: Readonly<Record<UiUnlocks, WordId>> = {
  you: "people.unlocks.self",
  presence: "people.unlocks.presence",
  chat: "people.unlocks.chat",
  ownPresence: "people.unlocks.own",
  meetings: "people.unlocks.calendar",
  directory: "people.unlocks.directory",
  tags: "people.unlocks.tags",
  numbers: "people.unlocks.numbers",
};

const does: Readonly<Record<UiDoing, WordId>> = {
  available: "people.doing.available",
  availableIdle: "people.doing.availableIdle",
  away: "people.doing.away",
  beRightBack: "people.doing.beRightBack",
  busy: "people.doing.busy",
  busyIdle: "people.doing.busyIdle",
  doNotDisturb: "people.doing.doNotDisturb",
  offline: "people.doing.offline",
  inACall: "people.doing.inACall",
  inAConferenceCall: "people.doing.inAConferenceCall",
  inAMeeting: "people.inMeeting",
  presenting: "people.doing.presenting",
  urgentOnly: "people.doing.urgentOnly",
  focusing: "people.doing.focusing",
  outOfOffice: "people.doing.outOfOffice",
  offWork: "people.doing.offWork",
  unknown: "people.doing.unknown",
};
