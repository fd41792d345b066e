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

/** The stream of what a rule could not compare wholly, beside its own. */
const CUT_STREAM = 'cut-off ';

export function cutStream(stream: string): string {
  return `${CUT_STREAM}${stream}`;
}

/** Whose it is; undefined where a stream is a rule's own. */
export function cutStreamOf(stream: string): string | undefined {
  return stream.startsWith(CUT_STREAM) ? stream.slice(CUT_STREAM.length) : undefined;
}

/** The detector that reads the signals; names its cursor. */
export const SIGMA = 'sigma';
