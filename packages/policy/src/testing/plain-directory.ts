import type { TenantId } from '@countersign/core';
import type { Directory, EntityAttributes, SourcedValue } from '../directory/directory.ts';

export type PlainEntity = {
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Ids by type. */
  readonly within?: Readonly<Record<string, readonly string[]>>;
};

/** A directory of any types, all observed at one moment: by `Type::id`. */
export class PlainDirectory implements Directory {
  readonly #entities: Readonly<Record<string, PlainEntity>>;
  readonly #seenMs: number;

  constructor(entities: Readonly<Record<string, PlainEntity>>, seenMs: number) {
    this.#entities = entities;
    this.#seenMs = seenMs;
  }

  find(_tenant: TenantId, type: string, id: string): EntityAttributes | undefined {
    const key = `${type}::${id}`;
    const entity = Object.hasOwn(this.#entities, key) ? this.#entities[key] : undefined;
    if (entity === undefined) return undefined;
    const { attributes = {}, within = {} } = entity;
    const sourced = <T>(value: T): SourcedValue<T> => ({
      value,
      source: 'plain',
      seenMs: this.#seenMs,
    });
    return {
      id,
      attribute: (name) =>
        Object.hasOwn(attributes, name) ? sourced(attributes[name]) : undefined,
      within: (group) => {
        const ids = Object.hasOwn(within, group) ? within[group] : undefined;
        return ids === undefined ? undefined : sourced(new Set(ids));
      },
    };
  }

  completeListing(): undefined {
    return undefined;
  }

  networks(): undefined {
    return undefined;
  }
}
