import type { SourcePosition } from './rule-problem.ts';

/** Sigma 2.1.0, "Rules": the metadata of every kind of document. */
export type RuleMeta = {
  readonly title: string;
  readonly id: string | null;
  /** The name by which correlations and filters may refer to it. */
  readonly name: string | null;
  readonly status: string | null;
  readonly description: string | null;
  readonly author: string | null;
  readonly date: string | null;
  readonly modified: string | null;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsepositives: readonly string[];
  readonly level: Level | null;
  readonly taxonomy: string;
  /** Members that Sigma does not define; it allows any. */
  readonly custom: Readonly<Record<string, unknown>>;
  readonly place: SourcePosition;
  /** The position of a part of the document. */
  readonly placeOf: (path: readonly (string | number)[]) => SourcePosition;
};

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

/** Undefined members match every event. */
export type LogSource = {
  readonly category?: string | undefined;
  readonly product?: string | undefined;
  readonly service?: string | undefined;
};

export type Scalar = string | number | boolean | null;

/** A detection as written: `all` of a map, `any` of a list, or one item. */
export type Detection =
  | { readonly kind: 'all'; readonly of: readonly Detection[] }
  | { readonly kind: 'any'; readonly of: readonly Detection[] }
  | DetectionItem;

export type DetectionItem = {
  readonly kind: 'item';
  /** Null: a keyword, searched in the whole event. */
  readonly field: string | null;
  readonly modifiers: readonly string[];
  readonly values: readonly Scalar[];
  /** From the document to the item. */
  readonly path: readonly (string | number)[];
};

export type Rule = RuleMeta & {
  readonly kind: 'rule';
  readonly logsource: LogSource;
  readonly detections: ReadonlyMap<string, Detection>;
  /** Any of them must hold. */
  readonly conditions: readonly string[];
  readonly fields: readonly string[];
};

export const CORRELATION_TYPES = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
] as const;
export type CorrelationType = (typeof CORRELATION_TYPES)[number];

export const COMPARISONS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** All bounds must hold: two of them are a range. */
export type Bound = { readonly op: Comparison; readonly value: number };

export type Correlation = RuleMeta & {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  /** Names or ids of rules and correlations, in order. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  readonly bounds: readonly Bound[];
  /** For value types: several fields form one tuple. */
  readonly fields: readonly string[];
  readonly percentile: number;
  /** Alias, then rule, then the field of that rule. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Whether the referenced rules also alert on their own. */
  readonly generate: boolean;
};

export type Filter = RuleMeta & {
  readonly kind: 'filter';
  readonly logsource: LogSource;
  /** Null: every rule of the log source. */
  readonly rules: readonly string[] | null;
  readonly detections: ReadonlyMap<string, Detection>;
  readonly conditions: readonly string[];
  /** Whether the condition describes suppressed or kept events. */
  readonly polarity: 'suppress' | 'keep';
};

export type RuleDocument = Rule | Correlation | Filter;
