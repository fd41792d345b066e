import type { StoreReader } from '../../store/store-reader.ts';

/** Replaces ids of people, applications and objects with their names. */
export type ReadableIds = (text: string) => string;

const ID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
/** A text with more ids is not written for people. */
const IDS_MAX = 500;

/** Looks up the names of the ids in these texts. An id without a name stays. */
export async function readableIds(
  store: Pick<StoreReader, 'over'>,
  texts: Iterable<string>,
): Promise<ReadableIds> {
  const ids = new Set<string>();
  for (const text of texts) for (const [id] of text.matchAll(ID)) ids.add(id.toLowerCase());
  if (ids.size === 0) return (text) => text;
  const asked = [...ids].slice(0, IDS_MAX);
  const marks = asked.map((_, at) => `$${at + 1}`).join(', ');
  // Account names are stored in lower case, so names from application records rank first.
  const named = (id: string, name: string, rank: number): string =>
    `SELECT lower(${id}) AS id, ${name} AS name, ${rank} AS rank FROM source
       WHERE lower(${id}) IN (${marks}) AND ${name} IS NOT NULL`;
  const rows = await store.over(
    {},
    (source) => `WITH source AS (SELECT * FROM ${source}), names AS (
        ${named('app_uid', 'app_name', 1)} UNION ALL
        ${named('target_uid', 'target_name', 2)} UNION ALL
        ${named('actor_uid', 'actor_name', 3)})
      SELECT id, arg_min(name, rank) FROM names GROUP BY id`,
    asked,
  );
  const names = new Map(rows.map(([id, name]) => [String(id), String(name)]));
  return (text) => text.replaceAll(ID, (id) => names.get(id.toLowerCase()) ?? id);
}
