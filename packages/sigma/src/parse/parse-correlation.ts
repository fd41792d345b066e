import { TIMESPAN_MS_MAX } from '../limits.ts';
import {
  type Bound,
  COMPARISONS,
  CORRELATION_TYPES,
  type Correlation,
  type CorrelationType,
  type RuleMeta,
} from '../rule-document.ts';
import { RuleError } from '../rule-problem.ts';
import {
  isMembers,
  type Members,
  members,
  oneOf,
  someTexts,
  text,
  texts,
} from './checked-members.ts';

const AT = 'correlation';

const VALUES: ReadonlySet<CorrelationType> = new Set([
  'value_count',
  'value_sum',
  'value_avg',
  'value_percentile',
]);

/** The default if a rule names no percentile. */
const PERCENTILE = 95;

/**
 * Parses a correlation (Sigma 2.1.0, "Correlation").
 * @throws RuleError
 */
export function parseCorrelation(body: Members, meta: RuleMeta): Correlation {
  const section = members(body[AT], [AT], 'the correlation');
  const type = oneOf(section['type'], CORRELATION_TYPES, [AT, 'type'], 'the type');
  const rules = someTexts(section['rules'], [AT, 'rules'], 'the list of rules');
  const groupBy = texts(section['group-by'], [AT, 'group-by'], 'a field to group by');
  const condition = conditionOf(section, type);
  const { bounds, fields, percentile } = condition;
  if (VALUES.has(type) && fields.length === 0) {
    const what = `a ${type} needs the field whose values it counts`;
    throw new RuleError([AT, 'condition'], what, 'add condition: { field: …, gte: … }');
  }
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  if (bounds.length === 0 && !isTemporal) {
    const what = `a ${type} needs a bound`;
    throw new RuleError([AT, 'condition'], what, 'add one of gt, gte, lt, lte, eq, neq');
  }
  if (type === 'temporal_ordered' && bounds.length > 0) {
    const what = 'a correlation of all rules in order has nothing to count';
    throw new RuleError([AT, 'condition'], what, 'remove the bound');
  }
  const generate = section['generate'] ?? body['generate'] ?? false;
  if (typeof generate !== 'boolean') {
    throw new RuleError(['generate'], '"generate" is true or false', 'write true or false');
  }
  return {
    ...meta,
    kind: 'correlation',
    type,
    rules,
    groupBy,
    timespanMs: timespanOf(section['timespan']),
    bounds,
    fields,
    percentile,
    aliases: aliasesOf(section['aliases']),
    generate,
  };
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function timespanOf(value: unknown): number {
  const written = text(value, [AT, 'timespan'], 'the timespan');
  const match = /^(\d{1,9})([smhd])$/.exec(written.trim());
  const ms = match === null ? 0 : Number(match[1]) * (UNITS[match[2] as string] as number);
  if (ms > 0 && ms <= TIMESPAN_MS_MAX) return ms;
  const cure = 'write a number and s, m, h or d, such as 10m; at most 366d';
  throw new RuleError([AT, 'timespan'], `"${written}" is not a timespan`, cure);
}

function conditionOf(
  section: Members,
  type: CorrelationType,
): { bounds: readonly Bound[]; fields: readonly string[]; percentile: number } {
  const value = section['condition'];
  const at = [AT, 'condition'];
  if (value === undefined) return { bounds: [], fields: [], percentile: PERCENTILE };
  const condition = members(value, at, 'the condition');
  const bounds: Bound[] = [];
  for (const [name, bound] of Object.entries(condition)) {
    if (name === 'field' || name === 'percentile') continue;
    const op = oneOf(name, COMPARISONS, [...at, name], 'a bound');
    if (typeof bound !== 'number' || !Number.isFinite(bound)) {
      throw new RuleError([...at, name], `the bound of "${name}" is not a number`, 'give a number');
    }
    bounds.push({ op, value: bound });
  }
  const { percentile = PERCENTILE } = condition;
  if (typeof percentile !== 'number' || !(percentile > 0 && percentile <= 100)) {
    const cure = 'give a number above 0, up to 100';
    throw new RuleError([...at, 'percentile'], 'the percentile is not a percentage', cure);
  }
  if (condition['percentile'] !== undefined && type !== 'value_percentile') {
    const what = `a ${type} has no percentile`;
    throw new RuleError([...at, 'percentile'], what, 'use the type value_percentile');
  }
  return { bounds, fields: texts(condition['field'], [...at, 'field'], 'a field'), percentile };
}

function aliasesOf(value: unknown): Correlation['aliases'] {
  if (value === undefined) return new Map();
  const at = [AT, 'aliases'];
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  for (const [alias, of] of Object.entries(members(value, at, 'the aliases'))) {
    if (!isMembers(of)) {
      const cure = 'write rule: field for each rule';
      throw new RuleError([...at, alias], `the alias "${alias}" is not a map`, cure);
    }
    const fields = Object.entries(of).map(
      ([rule, field]) => [rule, text(field, [...at, alias, rule], 'the field')] as const,
    );
    aliases.set(alias, new Map(fields));
  }
  return aliases;
}
