import type { StoreReader } from '../../store/store-reader.ts';

/** Puts the name of a person, an application or an object in the place of its id. */
export type ReadableIds = (text: string) => string;

const ID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
/** A list of more ids is no text for people. */
const IDS_MAX = 500;

/** Ids in these texts, by the names that records give to them. An id without a name stays. */
export async function readableIds(
  store: Pick<StoreReader, 'over'>,
  texts: Iterable<string>,
): Promise<ReadableIds> {
  const ids = new Set<string>();
  for (const text of texts) for (const [id] of text.matchAll(ID)) ids.add(id.toLowerCase());
  if (ids.size === 0) return (text) => text;
  const asked = [...ids].slice(0, IDS_MAX);
  const marks = asked.map((_, at) => `$${at + 1}`).join(', ');
  // Names of accounts are kept in lower case: those of applications come first.
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
