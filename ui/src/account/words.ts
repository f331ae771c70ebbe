import type { UiReachability, UiRegistration, UiSignIn } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";
import { signInSays } from "./signInWords";

/** How far a sign-in is, and whose it is where there are several. */
export function signInWords(words: Words, signIn: UiSignIn): string {
  const text = signInSays(words, signIn);
  return signIn.customer === null ? text : words.say("shared.labelled", { label: signIn.customer, text });
}

/** A registration, and in a few words how the agent stands by it. */
export interface Standing extends UiRegistration {
  readonly words: string;
}

/** `quiet`: calls could come in, and none does. */
export function standing(words: Words, registration: UiRegistration, quiet: boolean): Standing {
  return { ...registration, words: quiet ? words.say("account.doNotDisturb") : reachabilityWords(words, registration.reachability) };
}

/** Whether calls can come in, in a few words. */
export function reachabilityWords({ say }: Words, reachability: UiReachability): string {
  return say(reached[reachability]);
}

/** The server's name says nothing to an agent. */
const reached: Readonly<Record<UiReachability, WordId>> = {
  connecting: "account.connecting",
  reachable: "account.reachable",
  unreachable: "account.notReachable",
  refused: "account.notReachable",
  off: "account.signedOff",
};
