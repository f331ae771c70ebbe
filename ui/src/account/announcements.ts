import { isIncoming, sentences } from "../calls/words";
import type { UiSnapshot } from "../ipc/bindings";
import type { Announcement } from "../shared/Announcer";

/** What to say about sign-ins: that one ended, and that one is back. The page of a sign-in speaks for itself. */
export function aboutSignIns(before: UiSnapshot | null, after: UiSnapshot): Announcement[] {
  if (before === null || after.account.kind !== "signedIn") {
    return [];
  }
  const inCall = after.calls.some((call) => call.state !== "ended" && !isIncoming(call));
  return after.signIns.flatMap((signIn): Announcement[] => {
    const was = before.signIns.find(({ tenant }) => tenant === signIn.tenant)?.state;
    if (was === undefined || was === signIn.state) {
      return [];
    }
    const whose = signIn.customer === null ? "" : `${signIn.customer}: `;
    if (signIn.state === "signedOut" && was === "signedIn") {
      const words = sentences(`${whose}${signIn.words}`, inCall ? "Your call goes on" : signIn.advice);
      return [{ text: words, urgent: false }];
    }
    return signIn.state === "signedIn" || signIn.state === "deviceCode"
      ? [{ text: sentences(`${whose}${signIn.words}`, signIn.state === "signedIn" ? null : signIn.advice), urgent: false }]
      : [];
  });
}
