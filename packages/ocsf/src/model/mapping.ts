import type { Interpretation } from './interpretation.ts';
import type { RecordView } from './record-view.ts';

/** The mapping of one kind of record. A new kind changes one file and its test. */
export type Mapping = {
  readonly name: string;
  /** The OCSF classes of its events. */
  readonly classes: readonly number[];
  readonly matches: Matches;
  /** Fills the flat columns. Those that every record of the shape has are already filled. */
  readonly interpret: (subject: RecordView, into: Interpretation) => void;
  /** The detail of the nested event beyond the flat columns, by OCSF attribute. */
  readonly build: (subject: RecordView, from: Interpretation) => Attributes;
  readonly examples: readonly Example[];
};

/** The records that a mapping reads. The router builds lookup tables from all of them. */
export type Matches = {
  /** The workload of its operations. */
  readonly family?: 'entra' | 'exchange' | 'sharepoint' | 'teams' | 'security';
  /** UAL record types. */
  readonly recordTypes?: readonly number[];
  /** UAL operations, exactly as written, from any record type of the family. */
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

/** An invented record with its expected interpretation. Tests run it. */
export type Example = {
  readonly source: string;
  readonly value: unknown;
  readonly expect: Partial<Interpretation>;
};
