import { isGuid } from '@countersign/core';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { StoreReader } from '../../store/store-reader.ts';

/** A name, and the time of the first record that gives it. */
type TimedName = { readonly name: string; readonly firstMs: number };

/**
 * Names for the ids of a row whose own record gives none, from other records of the same tenant:
 * records of another tenant may give any name to an id. A name counts from its first record on, so
 * a later rename does not reach older rows.
 */
export class RowNames {
  readonly #store: Pick<StoreReader, 'identities' | 'over'>;
  readonly #actors = new Map<string, readonly TimedName[]>();
  #apps: ReadonlyMap<string, readonly TimedName[]> | undefined;

  constructor(store: Pick<StoreReader, 'identities' | 'over'>) {
    this.#store = store;
  }

  actorOf({ tenant, event: { actorName, actorUid, timeMs } }: EventRow): string | undefined {
    if (actorName !== null || actorUid === null) return actorName ?? undefined;
    const id = actorUid.toLowerCase();
    if (!isGuid(id)) return undefined;
    const key = `${tenant} ${id}`;
    const names = this.#actors.get(key) ?? this.#store.identities().timedNamesOf(id, tenant);
    this.#actors.set(key, names);
    return nameAt(names, timeMs);
  }

  async appOf({
    tenant,
    event: { appName, appUid, timeMs },
  }: EventRow): Promise<string | undefined> {
    if (appName !== null || appUid === null) return appName ?? undefined;
    this.#apps ??= await this.#readApps();
    return nameAt(this.#apps.get(`${tenant} ${appUid.toLowerCase()}`) ?? [], timeMs);
  }

  async #readApps(): Promise<ReadonlyMap<string, readonly TimedName[]>> {
    const rows = await this.#store.over(
      {},
      (source) => `SELECT tenant, lower(app_uid), app_name, epoch_ms(min("time")) AS first
        FROM ${source} WHERE app_uid IS NOT NULL AND app_name IS NOT NULL
        GROUP BY tenant, lower(app_uid), app_name ORDER BY first, app_name`,
    );
    const names = Map.groupBy(rows, ([tenant, id]) => `${tenant} ${id}`);
    return new Map(
      [...names].map(([key, own]) => [
        key,
        own.map(([, , name, firstMs]) => ({ name: String(name), firstMs: Number(firstMs) })),
      ]),
    );
  }
}

/** The name in use at that time, or else the first one. `names` are in order of time. */
function nameAt(names: readonly TimedName[], atMs: number): string | undefined {
  return (names.findLast(({ firstMs }) => firstMs <= atMs) ?? names[0])?.name;
}
