import { isIncoming, sentences } from "../calls/words";
import type { UiSnapshot } from "../ipc/bindings";
import type { Announcement } from "../shared/Announcer";
import type { Words } from "../words/words";
import { signInAdvice } from "./signInWords";
import { signInWords } from "./words";

/** What to say about do not disturb, which can be begun and ended outside of the window, too. */
export function aboutDoNotDisturb(words: Words, before: UiSnapshot | null, { desktop }: UiSnapshot): Announcement[] {
  if (desktop.doNotDisturb === (before?.desktop.doNotDisturb ?? false)) {
    return [];
  }
  const { say } = words;
  const text = desktop.doNotDisturb ? sentences(words, say("account.doNotDisturb.on"), say("account.doNotDisturb.what")) : say("account.doNotDisturb.off");
  return [{ text, urgent: false }];
}

/** What to say about sign-ins: that one ended, and that one is back. The page of a sign-in speaks for itself. */
export function aboutSignIns(words: Words, before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  if (before === null || after.account.kind !== "signedIn") {
    return [];
  }
  const inCall = after.calls.some((call) => call.state !== "ended" && !isIncoming(call));
  return after.signIns.flatMap((signIn): Announcement[] => {
    const was = before.signIns.find(({ tenant }) => tenant === signIn.tenant)?.state;
    if (was === undefined || was === signIn.state) {
      return [];
    }
    const now = signInWords(words, signIn);
    if (signIn.state === "signedOut" && was === "signedIn") {
      const text = sentences(words, now, inCall ? words.say("account.callGoesOn") : signInAdvice(words, signIn));
      return [{ text, urgent: false }];
    }
    return signIn.state === "signedIn" || signIn.state === "deviceCode"
      ? [{ text: sentences(words, now, signIn.state === "signedIn" ? null : signInAdvice(words, signIn)), urgent: false }]
      : [];
  });
}
