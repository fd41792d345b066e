import { createHash } from 'node:crypto';
import type { CompiledCorrelation, CompiledRule, Expression, RuleSet } from '@countersign/sigma';
import { customOf } from './rule-extension.ts';

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
};

/** By whom findings of a rule are told apart, where it says nothing else. */
export const ACTOR = 'actor';

/** What a rule is called in signals and findings: its id, else its name, else its title. */
export function ruleKey(rule: {
  readonly id: string | null;
  readonly name: string | null;
  readonly title: string;
}): string {
  return rule.id ?? rule.name ?? rule.title;
}

/** The stream of what a rule could not compare wholly, beside its own. */
const CUT_STREAM = 'cut-off ';

export function cutStream(stream: string): string {
  return `${CUT_STREAM}${stream}`;
}

/** Whose it is; undefined where a stream is a rule's own. */
export function cutStreamOf(stream: string): string | undefined {
  return stream.startsWith(CUT_STREAM) ? stream.slice(CUT_STREAM.length) : undefined;
}

export function signalPlan(set: RuleSet): SignalPlan {
  const rules = set.rules.map((compiled, at): RulePlan => {
    const own = compiled.alerts ? [ownStream(compiled)] : [];
    const others = set.correlations.flatMap((correlation) => streamsOf(correlation, compiled, at));
    return { expression: compiled.expression, streams: [...own, ...others] };
  });
  const text = JSON.stringify([PLAN_VERSION, rules, set.correlations.map(meaningOf)]);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return { hash, rules };
}

/** Raised whenever a signal holds something else: then all are made again. */
const PLAN_VERSION = 3;

function meaningOf({ correlation, parts, alerts }: CompiledCorrelation): unknown[] {
  const { type, timespanMs, bounds, fields, percentile, groupBy } = correlation;
  return [
    ruleKey(correlation),
    type,
    timespanMs,
    bounds,
    fields,
    percentile,
    groupBy,
    parts,
    alerts,
  ];
}

function ownStream({ rule, fieldNames }: CompiledRule): StreamPlan {
  const { group } = customOf(rule).custom;
  return {
    stream: ruleKey(rule),
    part: 0,
    kind: 'rule',
    groupBy: (group.length === 0 ? [ACTOR] : group).map(fieldNames),
    values: [],
  };
}

/** A rule may be named more than once in a correlation. */
function streamsOf(
  { correlation, parts }: CompiledCorrelation,
  { rule, fieldNames }: CompiledRule,
  at: number,
): StreamPlan[] {
  return parts.flatMap((part, place): StreamPlan[] => {
    if (part.kind !== 'rule' || part.at !== at) return [];
    const written = (field: string): readonly string[] => {
      const of = correlation.aliases.get(field);
      const aliased = of?.get(correlation.rules[place] as string) ?? of?.get(rule.name ?? '');
      return fieldNames(aliased ?? field);
    };
    return [
      {
        stream: ruleKey(correlation),
        part: place,
        kind: 'correlation',
        groupBy: correlation.groupBy.map(written),
        values: correlation.fields.map(written),
      },
    ];
  });
}
