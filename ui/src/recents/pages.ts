import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";

import type { Host } from "../host/host";
import type { UiFilter, UiRecent } from "../ipc/bindings";

/** What the agent looks for. */
export interface Wanted {
  readonly text: string;
  readonly filter: UiFilter;
}

/** The calls that are listed. */
export interface Listed {
  readonly calls: readonly UiRecent[];
  /** Older ones can be had. */
  readonly more: boolean;
  /** What is listed is not yet what is looked for. */
  readonly pending: boolean;
  /** Why what is looked for could not be: nothing is listed, for it would be something else. */
  readonly failed: { readonly thrown: unknown } | null;
  readonly again: () => void;
  readonly loadMore: () => void;
  /** A call is to be forgotten that the snapshot may not have: no snapshot would tell. */
  readonly drop: (id: number) => void;
}

/** Whether only some calls are wanted. */
export function isSearch({ text, filter }: Wanted): boolean {
  return text !== "" || filter !== "all";
}

/**
 * All calls that are kept, or those that are looked for: the newest come with the snapshots, the others page
 * by page from the host as they are wanted. What is found is looked for anew when a call has come or gone.
 * `onFault` is told what has failed while something is listed.
 */
export function usePages(host: Host, recents: readonly UiRecent[], { text, filter }: Wanted, onFault: (thrown: unknown) => void): Listed {
  const [pages, setPages] = useState(NONE);
  const [size, setSize] = useState<{ text: string; filter: UiFilter; rows: number }>({ text, filter, rows: 0 });
  const [failed, setFailed] = useState<(Wanted & { readonly thrown: unknown }) | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [gone, setGone] = useState<ReadonlySet<number>>(new Set());
  const last = useRef(NONE);
  const searching = isSearch({ text, filter });
  // Another search begins with its first page.
  const rows = size.text === text && size.filter === filter ? size.rows : 0;
  const fault = useEffectEvent(onFault);

  useEffect(() => {
    let still = true;
    const known = isOf(last.current, recents, text, filter) ? last.current : begun(recents, text, filter);
    gather(host, known, rows, () => still).then(
      (pages) => {
        if (still) {
          last.current = pages;
          setPages(pages);
          setFailed(null);
        }
      },
      (thrown: unknown) => {
        if (still) {
          setFailed({ text, filter, thrown });
          if (!searching || isOfSearch(last.current, text, filter)) {
            fault(thrown);
          }
        }
      },
    );
    return () => {
      still = false;
    };
  }, [host, recents, text, filter, searching, rows, attempt]);

  const drop = useCallback((id: number) => setGone((before) => new Set(before).add(id)), []);
  const current = isOf(pages, recents, text, filter);
  const same = isOfSearch(pages, text, filter);
  const hasFailed = searching && !same && failed !== null && isOfSearch(failed, text, filter);
  const found = pages.found.filter(({ id }) => !gone.has(id));
  // A call that was in an older page may be among the newest now.
  const older = found.filter(({ id }) => !recents.some((recent) => recent.id === id));
  return {
    // Until the answer is there, what was listed before stays.
    calls: hasFailed ? NO_CALLS : searching ? (isSearch(pages) ? found : recents) : isSearch(pages) ? recents : [...recents, ...older],
    more: !hasFailed && (current ? pages.more : !searching && recents.length >= SHOWN_BY_SNAPSHOT),
    pending: searching && !same && !hasFailed,
    failed: hasFailed ? failed : null,
    again: () => setAttempt(attempt + 1),
    loadMore: () => setSize({ text, filter, rows: pages.found.length + 1 }),
    drop,
  };
}

interface Pages extends Wanted {
  /** The calls of the snapshot when these were found. */
  readonly recents: readonly UiRecent[] | null;
  readonly found: readonly UiRecent[];
  readonly more: boolean;
}

/** Asks for pages until there are as many calls as are wanted, or nobody wants them any more. */
async function gather(host: Host, known: Pages, rows: number, wanted: () => boolean): Promise<Pages> {
  let pages = known;
  const { recents, text, filter } = known;
  const searching = isSearch(known);
  while (wanted() && pages.more && (pages.found.length < rows || (searching && pages.found.length === 0))) {
    // Without a search the pages follow the snapshot.
    const end = pages.found.at(-1) ?? (searching ? undefined : recents?.at(-1));
    const after = end === undefined ? null : { atUnixMs: end.atUnixMs, id: end.id };
    const page = await host.searchCalls({ text, filter, after });
    pages = { ...pages, found: [...pages.found, ...page.recents], more: page.more && page.recents.length > 0 };
  }
  return pages;
}

function begun(recents: readonly UiRecent[], text: string, filter: UiFilter): Pages {
  const more = isSearch({ text, filter }) || recents.length >= SHOWN_BY_SNAPSHOT;
  return { recents, text, filter, found: [], more };
}

function isOf(pages: Pages, recents: readonly UiRecent[], text: string, filter: UiFilter): boolean {
  return pages.recents === recents && isOfSearch(pages, text, filter);
}

function isOfSearch(wanted: Wanted, text: string, filter: UiFilter): boolean {
  return wanted.text === text && wanted.filter === filter;
}

const NO_CALLS: readonly UiRecent[] = [];

const NONE: Pages = { recents: null, text: "", filter: "all", found: [], more: false };

/** A snapshot has no more calls than these (`UiSnapshot.recents`): with as many, there may be others. */
export const SHOWN_BY_SNAPSHOT = 100;
