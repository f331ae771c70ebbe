/** `after`, made of the parts of `before` that are equal: an equal part is the same object. */
export function shared<T>(before: T, after: T): T {
  if (Object.is(before, after) || !isComposite(before) || !isComposite(after)) {
    return after;
  }
  if (Array.isArray(before) !== Array.isArray(after)) {
    return after;
  }
  const keys = Object.keys(after);
  const made: Record<string, unknown> = {};
  let equal = keys.length === Object.keys(before).length;
  for (const key of keys) {
    made[key] = shared(before[key], after[key]);
    equal &&= Object.is(made[key], before[key]);
  }
  if (equal) {
    return before;
  }
  return (Array.isArray(after) ? Object.values(made) : made) as T;
}

function isComposite(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
