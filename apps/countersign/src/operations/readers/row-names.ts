import { isGuid } from '@countersign/core';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { StoreReader } from '../../store/store-reader.ts';

/**
 * Names for the ids of a row whose own record gives none: the latest names in other records of the
 * same tenant. Records of another tenant may give any name to an id.
 */
export class RowNames {
  readonly #store: Pick<StoreReader, 'identities' | 'over'>;
  readonly #actors = new Map<string, string | undefined>();
  #apps: ReadonlyMap<string, string> | undefined;

  constructor(store: Pick<StoreReader, 'identities' | 'over'>) {
    this.#store = store;
  }

  actorOf({ tenant, event: { actorName, actorUid } }: EventRow): string | undefined {
    if (actorName !== null || actorUid === null) return actorName ?? undefined;
    const id = actorUid.toLowerCase();
    if (!isGuid(id)) return undefined;
    const key = `${tenant} ${id}`;
    if (!this.#actors.has(key)) {
      this.#actors.set(key, this.#store.identities().namesOf(id, tenant).at(-1));
    }
    return this.#actors.get(key);
  }

  async appOf({ tenant, event: { appName, appUid } }: EventRow): Promise<string | undefined> {
    if (appName !== null || appUid === null) return appName ?? undefined;
    this.#apps ??= await this.#readApps();
    return this.#apps.get(`${tenant} ${appUid.toLowerCase()}`);
  }

  async #readApps(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#store.over(
      {},
      (source) => `SELECT tenant, lower(app_uid), arg_max(app_name, "time") FROM ${source}
        WHERE app_uid IS NOT NULL AND app_name IS NOT NULL GROUP BY tenant, lower(app_uid)`,
    );
    return new Map(rows.map(([tenant, id, name]) => [`${tenant} ${id}`, String(name)]));
  }
}
