import { createHash } from 'node:crypto';
import type { CompiledCorrelation, CompiledRule, RuleSet } from '@countersign/sigma';
import {
  ACTOR,
  type RulePlan,
  type SignalPlan,
  type StreamPlan,
} from '../../projection/signals/signal-plan.ts';
import { fieldsNamedIn } from './finding-text.ts';
import { customOf } from './rule-extension.ts';

/** The key of a rule in signals and findings: its id, else its name, else its title. */
export function ruleKey(rule: {
  readonly id: string | null;
  readonly name: string | null;
  readonly title: string;
}): string {
  return rule.id ?? rule.name ?? rule.title;
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

/** Increased when the content of signals changes. Then all are recomputed. */
const PLAN_VERSION = 4;

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
  const { group, ...texts } = customOf(rule).custom;
  return {
    stream: ruleKey(rule),
    part: 0,
    kind: 'rule',
    groupBy: (group.length === 0 ? [ACTOR] : group).map(fieldNames),
    values: [],
    words: fieldsNamedIn(texts).map((name) => [name, fieldNames(name)]),
  };
}

/** A correlation may name a rule more than once. */
function streamsOf(
  { correlation, parts }: CompiledCorrelation,
  { rule, fieldNames }: CompiledRule,
  at: number,
): StreamPlan[] {
  const named = fieldsNamedIn(customOf(correlation).custom);
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
        words: named.map((name) => [name, written(name)]),
      },
    ];
  });
}
