import type { TenantId } from '@countersign/core';

/** A value, where it is from, and when it was last seen to be so. */
export type SourcedValue<T = unknown> = {
  readonly value: T;
  readonly source: string;
  readonly seenMs: number;
  /** Where the company and the suite state different values: then `value` is null, and unknown. */
  readonly conflict?: readonly { readonly source: string; readonly value: unknown }[];
};

/** What is known of one person, device, app, …; what is not known is undefined, never a guess. */
export interface EntityAttributes {
  /** The id under which policies know it, whichever of its names was asked for. */
  readonly id: string;
  /** As plain JSON. */
  attribute(name: string): SourcedValue | undefined;
  /** The ids of all of this type that it is in, transitively. */
  within(type: string): SourcedValue<ReadonlySet<string>> | undefined;
}

/**
 * Where the inputs of a decision come from that no enforcement point states. Types are those of the
 * schema.
 */
export interface Directory {
  /** Undefined: nothing of that name is known; then everything about it is unknown. */
  find(tenant: TenantId, type: string, id: string): EntityAttributes | undefined;
  /** When all of a type was told, so that what is not there is known not to be there. */
  completeListing(tenant: TenantId, type: string): SourcedValue<null> | undefined;
  /** The ranges of the workload register in which an address lies. */
  networks(tenant: TenantId, address: string): SourcedValue<readonly string[]> | undefined;
}

/** What changed in a directory: enough to find whom it concerns. Names no tenant. */
export type DirectoryChange =
  /** Undefined: nobody had said; null: that there is none. */
  | {
      readonly kind: 'attribute';
      readonly type: string;
      readonly id: string;
      readonly attribute: string;
      readonly before: unknown;
      readonly after: unknown;
    }
  /** It is in other things than before. */
  | { readonly kind: 'membership'; readonly type: string; readonly id: string }
  /** All members of something were told anew. */
  | { readonly kind: 'anew' };

/** Where something that is put into the directory is from, and when it was so. */
export type Origin = { readonly source: string; readonly seenMs: number };

/** A span in which something was seen to be so. */
export type ObservedSpan = { readonly source: string; readonly firstMs: number; lastMs: number };
