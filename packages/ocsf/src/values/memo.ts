import { MEMO_ENTRIES_MAX, MEMO_KEY_CHARS_MAX } from '../limits.ts';

/**
 * Results for texts that come again and again (addresses, names, activities). One per worker,
 * handed in, so that no module holds state; what it returns never depends on what it holds.
 */
export type Memo = {
  readonly addresses: Map<string, string | null>;
  readonly identities: Map<string, Identity>;
  readonly activities: Map<string, string>;
};

/** What one text (UserId, UserKey, an actor's ID) says about who somebody is. */
export type Identity = {
  readonly name: string | null;
  readonly uid: string | null;
  readonly puid: string | null;
  readonly sid: string | null;
  /** OCSF user.type_id that the text itself gives away; 0 when it does not. */
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
