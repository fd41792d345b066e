import type { Expression } from '@countersign/sigma';

/**
 * What a thread needs to turn records into signals: plain data. A stream is what one alerting rule
 * or one correlation looks at; a rule that fits a record adds a signal to each of its streams.
 */
export type SignalPlan = {
  /** Changes with what any rule means. */
  readonly hash: string;
  readonly rules: readonly RulePlan[];
};

export type RulePlan = {
  readonly expression: Expression;
  readonly streams: readonly StreamPlan[];
};

export type StreamPlan = {
  readonly stream: string;
  /** Which of the stream's rules this is. */
  readonly part: number;
  readonly kind: 'rule' | 'correlation';
  /** Names that a field may have in a record, for each field to group by. */
  readonly groupBy: readonly (readonly string[])[];
  /** The same for the fields whose values are looked at. */
  readonly values: readonly (readonly string[])[];
  /** The same for each field that the texts of a finding name. */
  readonly words: readonly (readonly [name: string, written: readonly string[]])[];
};

/** By whom findings of a rule are told apart, where it says nothing else. */
export const ACTOR = 'actor';

/**
 * The streams beside a rule's own: of records that it did not compare wholly, and of records on
 * which it threw.
 */
export type Shortfall = 'cut-off' | 'failed';

const SHORTFALL = /^(cut-off|failed) (.*)$/s;

export function shortfallStream(shortfall: Shortfall, stream: string): string {
  return `${shortfall} ${stream}`;
}

/** Undefined for the own stream of a rule. */
export function shortfallOf(
  stream: string,
): { readonly shortfall: Shortfall; readonly stream: string } | undefined {
  const [, shortfall, own] = SHORTFALL.exec(stream) ?? [];
  return own === undefined ? undefined : { shortfall: shortfall as Shortfall, stream: own };
}

/** Stands for the mappings to OCSF where the name of a rule would stand. */
export const MAPPING = 'mapping to OCSF';

export const FAILED_MAPPING: string = shortfallStream('failed', MAPPING);

/** The detector that reads the signals; names its cursor. */
export const SIGMA = 'sigma';
