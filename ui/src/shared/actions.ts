import type { WordId } from "../words/words";

/** A combination of keys. */
export interface Keys {
  /** A Latin letter, a sign as it is typed, `F1` or `Space`. */
  readonly key: string;
  /** With Ctrl, on a Mac with Command. */
  readonly control: boolean;
  readonly shift: boolean;
}

/** When an action makes sense. */
export type Group = "incoming" | "call" | "expert" | "always";

interface Action {
  readonly group: Group;
  readonly what: WordId;
  readonly keys?: Keys;
  /** Why it is not possible, where nothing in the window offers it. */
  readonly whyNot: WordId;
}

/**
 * Everything that can be done by name: what it is called, by which keys, and why it may not be possible.
 * The command palette, the keys and the list of shortcuts all go by this table; what an action does now is
 * offered by the part of the window that it concerns (`offers.ts`). The keys are those of Teams where Teams
 * has some, so that hands learn one set.
 */
export const actions = {
  answer: { group: "incoming", what: "calls.answer", keys: both("A"), whyNot: "keys.not.ringing" },
  decline: { group: "incoming", what: "calls.decline", keys: both("D"), whyNot: "keys.not.ringing" },
  mute: { group: "call", what: "keys.call.mute", keys: both("M"), whyNot: "keys.not.call" },
  hold: { group: "call", what: "keys.call.hold", keys: both("O"), whyNot: "keys.not.call" },
  transfer: { group: "call", what: "keys.call.transfer", keys: both("T"), whyNot: "keys.not.call" },
  swap: { group: "call", what: "keys.call.swap", keys: both("X"), whyNot: "keys.not.second" },
  merge: { group: "call", what: "keys.call.merge", keys: both("G"), whyNot: "keys.not.second" },
  keypad: { group: "call", what: "keys.call.keypad", keys: both("K"), whyNot: "keys.not.call" },
  record: { group: "call", what: "keys.call.record", keys: both("P"), whyNot: "keys.not.record" },
  stopRecording: { group: "call", what: "calls.record.stopNamed", whyNot: "keys.not.recorded" },
  leave: { group: "call", what: "group.leave", whyNot: "keys.not.group" },
  hangUp: { group: "call", what: "calls.hangUp", keys: both("H"), whyNot: "keys.not.call" },
  swapPeople: { group: "expert", what: "keys.expert.swap", keys: both("X"), whyNot: "keys.not.expert" },
  connect: { group: "expert", what: "keys.expert.connect", keys: both("C"), whyNot: "keys.not.expert" },
  keepConsulting: { group: "expert", what: "transfer.notYet", whyNot: "keys.not.byItself" },
  back: { group: "expert", what: "keys.expert.back", keys: both("B"), whyNot: "keys.not.expert" },
  palette: { group: "always", what: "keys.always.palette", keys: both("Space"), whyNot: "keys.not.phone" },
  number: { group: "always", what: "keys.always.number", keys: control("K"), whyNot: "keys.not.phone" },
  callCopied: { group: "always", what: "keys.always.callCopied", whyNot: "keys.not.phone" },
  sound: { group: "always", what: "sound.settings", keys: both("L"), whyNot: "keys.not.phone" },
  checkSound: { group: "always", what: "sound.check", whyNot: "keys.not.phone" },
  recents: { group: "always", what: "recents.title", keys: both("R"), whyNot: "keys.not.recents" },
  clearRecents: { group: "always", what: "keys.always.clearRecents", whyNot: "keys.not.recents" },
  experts: { group: "always", what: "people.find", keys: control("E"), whyNot: "keys.not.phone" },
  settings: { group: "always", what: "settings.title", keys: control(","), whyNot: "keys.not.phone" },
  doNotDisturb: { group: "always", what: "account.doNotDisturb", whyNot: "keys.not.phone" },
  compact: { group: "always", what: "bar.toggle", keys: both("Y"), whyNot: "keys.not.phone" },
  onTop: { group: "always", what: "bar.onTop", whyNot: "keys.not.phone" },
  larger: { group: "always", what: "settings.textSize.up", keys: control("+"), whyNot: "settings.textSize.isLargest" },
  smaller: { group: "always", what: "settings.textSize.down", keys: control("-"), whyNot: "settings.textSize.isUsual" },
  usualSize: { group: "always", what: "settings.textSize.back", keys: control("0"), whyNot: "settings.textSize.isUsual" },
  help: { group: "always", what: "keys.always.help", keys: { key: "F1", control: false, shift: false }, whyNot: "keys.not.phone" },
  tryNow: { group: "always", what: "keys.always.tryNow", whyNot: "keys.not.reachable" },
  signIn: { group: "always", what: "account.signIn", whyNot: "keys.not.signedOut" },
  signOut: { group: "always", what: "account.signOut", whyNot: "keys.not.signedIn" },
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof actions;

/** An action that has keys. */
export type Shortcut = { [Name in ActionName]: (typeof actions)[Name] extends { readonly keys: Keys } ? Name : never }[ActionName];

export const ACTIONS = Object.keys(actions) as readonly ActionName[];

export const SHORTCUTS: readonly Shortcut[] = ACTIONS.filter((name): name is Shortcut => hasKeys(name));

export function hasKeys(name: ActionName): name is Shortcut {
  return "keys" in actions[name];
}

function both(key: string): Keys {
  return { key, control: true, shift: true };
}

function control(key: string): Keys {
  return { key, control: true, shift: false };
}
