import type { TenantId } from '@countersign/core';

/** A value, its source, and when it was last observed. */
export type SourcedValue<T = unknown> = {
  readonly value: T;
  readonly source: string;
  readonly seenMs: number;
  /** The conflicting values of the company and the suite. Then `value` is null, and unknown. */
  readonly conflict?: readonly { readonly source: string; readonly value: unknown }[];
};

/**
 * The known attributes of one person, device, app, and so on. An unknown attribute is undefined,
 * never a guess.
 */
export interface EntityAttributes {
  /** The id that policies use, whichever name was looked up. */
  readonly id: string;
  /** As plain JSON. */
  attribute(name: string): SourcedValue | undefined;
  /** The ids of all containers of this type, transitively. */
  within(type: string): SourcedValue<ReadonlySet<string>> | undefined;
}

/**
 * The source of decision inputs that no enforcement point states. Types are those of the schema.
 */
export interface Directory {
  /** Undefined: no entity with that name is known. Everything about it is then unknown. */
  find(tenant: TenantId, type: string, id: string): EntityAttributes | undefined;
  /** When a type was completely listed, so that a missing entity is known not to exist. */
  completeListing(tenant: TenantId, type: string): SourcedValue<null> | undefined;
  /** The ranges of the workload register that contain an address. */
  networks(tenant: TenantId, address: string): SourcedValue<readonly string[]> | undefined;
}

/** A change of the directory: enough to find the affected entities. Contains no tenant. */
export type DirectoryChange =
  /** Undefined: not stated before; null: stated as absent. */
  | {
      readonly kind: 'attribute';
      readonly type: string;
      readonly id: string;
      readonly attribute: string;
      readonly before: unknown;
      readonly after: unknown;
    }
  /** Its memberships changed. */
  | { readonly kind: 'membership'; readonly type: string; readonly id: string }
  /** All members of a container type were listed again. */
  | { readonly kind: 'anew' };

/** The source of a fact, and the time at which it held. */
export type Origin = { readonly source: string; readonly seenMs: number };

/** A span in which a source observed a fact. */
export type ObservedSpan = { readonly source: string; readonly firstMs: number; lastMs: number };
