import type { Interpretation } from './interpretation.ts';
import type { RecordView } from './record-view.ts';

/** One kind of record and what it means. Adding a kind touches one file and its test. */
export type Mapping = {
  readonly name: string;
  /** The OCSF classes that it produces. */
  readonly classes: readonly number[];
  readonly matches: Matches;
  /** Fills the flat columns; those that every record of the shape has are filled already. */
  readonly interpret: (subject: RecordView, into: Interpretation) => void;
  /** What the nested event says beyond the flat columns, by OCSF attribute. */
  readonly build: (subject: RecordView, from: Interpretation) => Attributes;
  readonly examples: readonly Example[];
};

/** Which records a mapping reads; the dispatcher makes look-up tables of all of them. */
export type Matches = {
  /** The workload that its operations belong to. */
  readonly family?: 'entra' | 'exchange' | 'sharepoint' | 'teams' | 'security';
  /** UAL record types. */
  readonly recordTypes?: readonly number[];
  /** UAL operations, exactly as written, that go here from any record type of the family. */
  readonly operations?: readonly string[];
  /** Directory activities, by the key of `activityKey`. */
  readonly activities?: readonly string[];
};

export type Attribute =
  | string
  | number
  | boolean
  | null
  | undefined
  | Attributes
  | readonly Attribute[];
export type Attributes = { readonly [attribute: string]: Attribute };

/** A record of our own making with what it must come to; tests run them. */
export type Example = {
  readonly source: string;
  readonly value: unknown;
  readonly expect: Partial<Interpretation>;
};
