import { becameWords } from "../../recents/outcome";
import { inEnglish } from "../../words/words";
import type { UiFound, UiRecent, UiSearch } from "../../ipc/bindings";
import { isMissed } from "../../recents/missed";

/** Looks through calls roughly as the product does: enough to look at. */
export function searchLikeTheHost(kept: readonly UiRecent[], { text, filter, after }: UiSearch): UiFound {
  const words = plain(text).split(/\s+/).filter((word) => word !== "");
  const digits = /\p{L}/u.test(text) ? "" : text.replace(/\D/g, "").replace(/^0+/, "");
  const from = after === null ? 0 : kept.findIndex(({ id }) => id === after.id) + 1;
  const found = kept.slice(from).filter((call) => {
    const { party, queue, transfer } = call;
    const became = becameWords(inEnglish("en-GB"), call);
    const said = plain([party.name, party.number, queue, became, transfer?.to.name].join(" "));
    const number = digits !== "" && party.number.replace(/\D/g, "").includes(digits);
    return takes(filter, call) && (number || words.every((word) => said.includes(word)));
  });
  return { recents: found.slice(0, PAGE), more: found.length > PAGE };
}

function takes(filter: UiSearch["filter"], recent: UiRecent): boolean {
  const { direction, transfer } = recent;
  switch (filter) {
    case "all":
      return true;
    case "missed":
      return isMissed(recent);
    case "incoming":
    case "outgoing":
      return direction === filter;
    case "transferred":
      return transfer !== null;
  }
}

function plain(text: string): string {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

const PAGE = 50;
