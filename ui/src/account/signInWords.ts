import type { UiSignIn, UiSignInState, UiSignInWhy } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";

interface Said {
  readonly words: WordId;
  readonly advice?: WordId;
}

/** How far a sign-in is, in a sentence. */
export function signInSays({ say }: Words, { state, why, detail }: UiSignIn): string {
  return why === "refused" ? say("account.signInWhy.refused", { code: detail ?? "" }) : say(saidOf(state, why).words);
}

/** What to do then; none if there is nothing to do. */
export function signInAdvice({ say }: Words, { state, why }: UiSignIn): string | null {
  const { advice } = saidOf(state, why);
  return advice === undefined ? null : say(advice);
}

function saidOf(state: UiSignInState, why: UiSignInWhy | null): Said {
  return why === null ? states[state] : whys[why];
}

const states: Readonly<Record<UiSignInState, Said>> = {
  starting: { words: "account.signInWords.starting" },
  signedOut: { words: "account.signInWords.signIn" },
  browser: { words: "account.signInWords.browser", advice: "account.signInWords.browserAdvice" },
  deviceCode: { words: "account.signInWords.deviceCode", advice: "account.signInWords.deviceCodeAdvice" },
  finishing: { words: "account.signInWords.finishing" },
  provisioning: { words: "account.signInWords.provisioning" },
  notProvisioned: { words: "account.signInWords.notProvisioned", advice: "account.signInWords.notProvisionedAdvice" },
  noKeychain: { words: "account.signInWhy.keychainUnusable", advice: "account.signInWhy.keychainUnusableAdvice" },
  signedIn: { words: "account.signInWords.signedIn" },
};

const whys: Readonly<Record<UiSignInWhy, Said>> = {
  noBrowser: { words: "account.signInWhy.noBrowser", advice: "account.signInWhy.noBrowserAdvice" },
  expired: { words: "account.signInWhy.expired", advice: "account.signInWhy.expiredAdvice" },
  denied: { words: "account.signInWhy.denied", advice: "account.signInWhy.deniedAdvice" },
  needsAdministrator: { words: "account.signInWhy.needsAdministrator", advice: "account.signInWhy.needsAdministratorAdvice" },
  tookTooLong: { words: "account.signInWhy.tookTooLong", advice: "account.signInWhy.expiredAdvice" },
  unreachable: { words: "account.signInWhy.unreachable", advice: "account.signInWhy.unreachableAdvice" },
  notTrusted: { words: "account.signInWhy.notTrusted", advice: "account.signInWhy.notTrustedAdvice" },
  refused: { words: "account.signInWhy.refused", advice: "account.signInWhy.refusedAdvice" },
  keychainMissing: { words: "account.signInWhy.keychainMissing", advice: "account.problem.keychain.advice" },
  keychainLocked: { words: "account.signInWhy.keychainLocked", advice: "account.signInWhy.keychainLockedAdvice" },
  keychainUnusable: { words: "account.signInWhy.keychainUnusable", advice: "account.signInWhy.keychainUnusableAdvice" },
  noPort: { words: "account.signInWhy.noPort", advice: "account.signInWhy.noPortAdvice" },
  disk: { words: "account.signInWhy.disk", advice: "account.signInWhy.diskAdvice" },
};
