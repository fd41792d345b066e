import { idParts } from '@countersign/core';
import { IDS_LIKE_MAX } from '../limits.ts';
import type { StoreReader } from '../store-reader.ts';

/** An id column that tables print shortened. */
export type IdColumn = 'actor_uid' | 'app_uid' | 'session_uid';

/** Ids in a column that match a shortened id (start and end). */
export async function idsLike(
  store: Pick<StoreReader, 'select'>,
  column: IdColumn,
  text: string,
): Promise<string[]> {
  const { head, tail } = idParts(text);
  const rows = await store.select({
    select: `DISTINCT ${column}`,
    scope: {},
    rest: `WHERE starts_with(lower(${column}), $1) AND ends_with(lower(${column}), $2)
      ORDER BY 1 LIMIT ${IDS_LIKE_MAX}`,
    values: [head, tail],
  });
  return rows.map(([id]) => String(id));
}
