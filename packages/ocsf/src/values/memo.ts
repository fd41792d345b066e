import { MEMO_ENTRIES_MAX, MEMO_KEY_CHARS_MAX } from '../limits.ts';

/**
 * Cached results for repeated texts (addresses, names, activities). One per worker and passed in,
 * so that no module holds state. A result never depends on the cache.
 */
export type Memo = {
  readonly addresses: Map<string, string | null>;
  readonly identities: Map<string, Identity>;
  readonly activities: Map<string, string>;
};

/** The identity that one text (UserId, UserKey, an actor's ID) states. */
export type Identity = {
  readonly name: string | null;
  readonly uid: string | null;
  readonly puid: string | null;
  readonly sid: string | null;
  /** OCSF user.type_id that the text implies; 0 if it implies none. */
  readonly type: number;
};

export function createMemo(): Memo {
  return { addresses: new Map(), identities: new Map(), activities: new Map() };
}

export function remember<T>(memo: Map<string, T>, key: string, work: (key: string) => T): T {
  const known = memo.get(key);
  if (known !== undefined) return known;
  const found = work(key);
  if (key.length > MEMO_KEY_CHARS_MAX) return found;
  if (memo.size >= MEMO_ENTRIES_MAX) memo.clear();
  memo.set(key, found);
  return found;
}
