const DIGITS_MIN = 4;
const PREFIX = 'incident-';

/** Gives an id the shortest form that still names one thing. Commands accept that form. */
export type ShortIds = { readonly of: (id: string) => string };

/**
 * @param ids all that a short form may name: of findings, and of incidents, former ones included
 */
export function shortIds(ids: Iterable<string>): ShortIds {
  const bare = [...new Set([...ids].map(withoutPrefix))].sort();
  // In order, ids that begin alike are neighbors.
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
