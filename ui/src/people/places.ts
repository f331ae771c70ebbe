/** The parts of the panel, from top to bottom. */
export const SHELVES = ["best", "favourites", "recent", "all"] as const;

export type Shelf = (typeof SHELVES)[number];

/** How many people stand on each. */
export type Sizes = Readonly<Record<Shelf, number>>;

/** Where somebody stands. */
export interface Place {
  readonly shelf: Shelf;
  readonly index: number;
}

/** Where a key leads from a place; none if it is no such key or there is nobody. `page`: how many a page holds. */
export function step(sizes: Sizes, from: Place, key: string, page: number): Place | null {
  const count = SHELVES.reduce((sum, shelf) => sum + sizes[shelf], 0);
  const at = flat(sizes, from);
  const aim = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: count - 1 }[key];
  return aim === undefined || count === 0 ? null : placeAt(sizes, Math.max(0, Math.min(aim, count - 1)));
}

/** The place itself, or the nearest one that there is now. */
export function kept(sizes: Sizes, { shelf, index }: Place): Place {
  if (index < sizes[shelf]) {
    return { shelf, index };
  }
  if (sizes[shelf] > 0) {
    return { shelf, index: sizes[shelf] - 1 };
  }
  return placeAt(sizes, 0);
}

/** The part of a long list that is to be seen, in rows, with some to spare at both ends. */
export function inView(top: number, height: number, rowHeight: number, total: number): { start: number; end: number } {
  const start = Math.floor(top / rowHeight) - SPARE;
  const end = Math.ceil((top + height) / rowHeight) + SPARE;
  return { start: Math.max(0, Math.min(start, total)), end: Math.max(0, Math.min(end, total)) };
}

/** The part to ask for: in steps, so that not every row scrolled is a question. */
export function toAsk({ start, end }: { start: number; end: number }): { first: number; rows: number } {
  const first = Math.floor(start / ASK_STEP) * ASK_STEP;
  return { first, rows: Math.max(2, Math.ceil((end - first) / ASK_STEP)) * ASK_STEP };
}

/**
 * `after` in the order of `before`: nobody moves under a pointer that is about to press. Who is new comes
 * last.
 */
export function steady<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]): readonly T[] {
  const byId = new Map(after.map((one) => [one.id, one]));
  const stay = before.flatMap(({ id }) => byId.get(id) ?? []);
  const known = new Set(before.map(({ id }) => id));
  return [...stay, ...after.filter(({ id }) => !known.has(id))];
}

function flat(sizes: Sizes, { shelf, index }: Place): number {
  const before = SHELVES.slice(0, SHELVES.indexOf(shelf));
  return before.reduce((sum, name) => sum + sizes[name], 0) + index;
}

function placeAt(sizes: Sizes, at: number): Place {
  let left = at;
  for (const shelf of SHELVES) {
    if (left < sizes[shelf]) {
      return { shelf, index: left };
    }
    left -= sizes[shelf];
  }
  return { shelf: "all", index: 0 };
}

const SPARE = 6;

const ASK_STEP = 20;
