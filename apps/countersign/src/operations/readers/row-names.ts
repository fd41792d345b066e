import { isGuid } from '@countersign/core';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { StoreReader } from '../../store/store-reader.ts';

type RowActor = Pick<EventRow['event'], 'actorUid' | 'actorName' | 'appUid' | 'appName'>;

/** Names for the ids of a row whose own record gives none: the latest names in other records. */
export class RowNames {
  readonly #store: Pick<StoreReader, 'identities' | 'over'>;
  readonly #actors = new Map<string, string | undefined>();
  #apps: ReadonlyMap<string, string> | undefined;

  constructor(store: Pick<StoreReader, 'identities' | 'over'>) {
    this.#store = store;
  }

  actorOf({ actorName, actorUid }: RowActor): string | undefined {
    if (actorName !== null || actorUid === null) return actorName ?? undefined;
    const id = actorUid.toLowerCase();
    if (!this.#actors.has(id)) this.#actors.set(id, this.#lastNameOf(id));
    return this.#actors.get(id);
  }

  async appOf({ appName, appUid }: RowActor): Promise<string | undefined> {
    if (appName !== null || appUid === null) return appName ?? undefined;
    this.#apps ??= await this.#readApps();
    return this.#apps.get(appUid.toLowerCase());
  }

  #lastNameOf(id: string): string | undefined {
    return isGuid(id) ? this.#store.identities().namesOf(id).at(-1) : undefined;
  }

  async #readApps(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#store.over(
      {},
      (source) => `SELECT lower(app_uid), arg_max(app_name, "time") FROM ${source}
        WHERE app_uid IS NOT NULL AND app_name IS NOT NULL GROUP BY lower(app_uid)`,
    );
    return new Map(rows.map(([id, name]) => [String(id), String(name)]));
  }
}
