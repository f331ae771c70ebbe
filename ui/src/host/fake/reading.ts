import type { UiNumber } from "../../ipc/bindings";

/** Reads a number roughly as the product does: enough to look at, no phone-number library. */
export function readLikeTheHost(text: string): UiNumber {
  const to = text.trim();
  const digits = to.replace(/\D/g, "");
  const plain = (kind: UiNumber["kind"], shown: string = to): UiNumber => ({ kind, to, shown, region: null });
  if (/[@:]/.test(to)) {
    return plain("address", to.replace(/^sips?:/, ""));
  }
  if (to === "" || /\p{L}/u.test(to)) {
    return plain("nothing");
  }
  if (/^(\+|00)/.test(to)) {
    const number = digits.replace(/^00/, "");
    return number.startsWith("49") && number.length >= 8
      ? { kind: "telephone", to: `+${number}`, shown: `+49 ${number.slice(2, 4)} ${number.slice(4)}`, region: "DE" }
      : plain("unfinished");
  }
  return plain("extension", digits);
}
