import type { Expression } from '@countersign/sigma/match';

/**
 * The data that a thread needs to turn records into signals. A stream belongs to one alerting rule
 * or correlation. A rule that matches a record adds a signal to each of its streams.
 */
export type SignalPlan = {
  /** Changes with the meaning of any rule. */
  readonly hash: string;
  readonly rules: readonly RulePlan[];
};

export type RulePlan = {
  readonly expression: Expression;
  readonly streams: readonly StreamPlan[];
};

export type StreamPlan = {
  readonly stream: string;
  /** The number of the rule within the stream. */
  readonly part: number;
  readonly kind: 'rule' | 'correlation';
  /** Names of each grouping field in a record. */
  readonly groupBy: readonly (readonly string[])[];
  /** The same for the fields whose values are compared. */
  readonly values: readonly (readonly string[])[];
  /** The same for each field in the texts of a finding. */
  readonly words: readonly (readonly [name: string, written: readonly string[]])[];
};

/** The default group of a rule's findings. */
export const ACTOR = 'actor';

/**
 * Streams in addition to a rule's own: of records that it did not compare completely, and of
 * records on which it threw.
 */
export type Shortfall = 'cut-off' | 'failed';

const SHORTFALL = /^(cut-off|failed) (.*)$/s;

export function shortfallStream(shortfall: Shortfall, stream: string): string {
  return `${shortfall} ${stream}`;
}

/** Undefined for a rule's own stream. */
export function shortfallOf(
  stream: string,
): { readonly shortfall: Shortfall; readonly stream: string } | undefined {
  const [, shortfall, own] = SHORTFALL.exec(stream) ?? [];
  return own === undefined ? undefined : { shortfall: shortfall as Shortfall, stream: own };
}

/** Takes the place of a rule's name for the OCSF mappings. */
export const MAPPING = 'mapping to OCSF';

export const FAILED_MAPPING: string = shortfallStream('failed', MAPPING);

/** The detector that reads the signals; names its cursor. */
export const SIGMA = 'sigma';
