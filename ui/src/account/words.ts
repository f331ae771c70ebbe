import type { UiSignIn } from "../ipc/bindings";
import type { Words } from "../words/words";

/** How far a sign-in is, and whose it is where there are several. */
export function signInWords({ say }: Words, { customer, words }: UiSignIn): string {
  return customer === null ? words : say("shared.labelled", { label: customer, text: words });
}
