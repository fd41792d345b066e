const DIGITS_MIN = 4;
const PREFIX = 'incident-';

/** Shortens an id to its shortest unique form. Commands accept that form. */
export type ShortIds = { readonly of: (id: string) => string };

/** @param ids all ids that commands accept: findings and incidents, former ids included */
export function shortIds(ids: Iterable<string>): ShortIds {
  const bare = [...new Set([...ids].map(withoutPrefix))].sort();
  // After sorting, ids with the same prefix are neighbors.
  const shared = bare.slice(1).map((id, at) => sharedStart(bare[at] as string, id));
  const digits = shared.reduce((most, length) => Math.max(most, length + 1), DIGITS_MIN);
  return { of: (id) => withoutPrefix(id).slice(0, digits).replace(/-$/, '') };
}

function withoutPrefix(id: string): string {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id;
}

function sharedStart(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}
