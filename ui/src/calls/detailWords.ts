import type { UiDetail, UiDetailName, UiDivertedFor } from "../ipc/bindings";
import type { WordId, Words } from "../words/words";

/** What a call said of itself, as a name and a value. What the contact centre wrote stands as it came. */
export function detailWords({ say }: Words, { named, label, value, why }: UiDetail): { readonly label: string; readonly value: string } {
  const text = named === "urgent" ? say("calls.detail.urgent") : named === "emergency" ? say("calls.detail.emergency") : value;
  return {
    label: named === null ? label : say(names[named]),
    value: why === null ? text : say("calls.detail.because", { who: text, why: say(whys[why]) }),
  };
}

const names: Readonly<Record<UiDetailName, WordId>> = {
  about: "calls.detail.about",
  passedOnBy: "calls.detail.passedOnBy",
  urgent: "calls.detail.priority",
  emergency: "calls.detail.priority",
  theyCalled: "calls.detail.theyCalled",
  theyGive: "calls.detail.theyGive",
  organization: "calls.detail.organization",
  link: "calls.detail.link",
};

const whys: Readonly<Record<UiDivertedFor, WordId>> = {
  busy: "calls.diverted.busy",
  noAnswer: "calls.diverted.noAnswer",
  notReachable: "calls.diverted.notReachable",
  outOfService: "calls.diverted.outOfService",
  timeOfDay: "calls.diverted.timeOfDay",
  doNotDisturb: "calls.diverted.doNotDisturb",
  away: "calls.diverted.away",
  unknown: "calls.diverted.unknown",
  declined: "calls.diverted.declined",
};
