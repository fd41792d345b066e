import { instantOfMs } from '@countersign/core';
import { z } from 'zod';
import type { DetectorHealth } from '../../detection/health/detector-health.ts';
import type { TestOutcome } from '../../detection/rules/rule-tests.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { askedByDefault, isOfRule, readDetectorHealth } from '../readers/health-note.ts';
import { needIndex } from '../readers/readers.ts';
import { type ShippedRule, shippedRule } from './shipped-rule.ts';
import { type VerdictCounts, verdictCounts, verdictsOf } from './verdict-counts.ts';

type ShowRuleInput = PeriodInput & { readonly rule: string };

/** Findings of a rule by the status that people gave them. Without a mark, a finding is new. */
export type FindingCounts = {
  readonly new: number;
  readonly inProgress: number;
  readonly suppressed: number;
  readonly resolved: number;
  readonly verdicts: VerdictCounts;
};

export type RuleView = {
  readonly rule: string;
  readonly title: string;
  readonly detector: string;
  readonly level: string | null;
  readonly description: string | null;
  readonly falsePositives: readonly string[];
  readonly tags: readonly string[];
  readonly needs: readonly string[];
  readonly health: {
    readonly state: DetectorHealth['health']['state'];
    readonly since: string | null;
    readonly because: string | null;
  };
  /** The text of its file; null for a detector in code. */
  readonly sigma: string | null;
  readonly tests: readonly Omit<TestOutcome, 'rule' | 'title'>[];
  readonly findings: FindingCounts;
  readonly days: readonly { readonly day: string; readonly findings: number }[];
};

export const showRule: DocumentOperation<ShowRuleInput, RuleView> = {
  name: 'rules show',
  summary: 'show one rule: text, needs, tests, health and findings',
  description:
    'Shows a rule or detector: its Sigma text, the logs that it needs, its health, the results ' +
    'of its tests, its findings by day, and what people decided about them.',
  scope: 'findings:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    rule: field(z.string().min(1), 'the id of the rule', { value: 'rule' }),
    ...PERIOD_FIELDS,
  }),
  output: z.strictObject({
    rule: z.string(),
    title: z.string(),
    detector: z.string(),
    level: z.string().nullable(),
    description: z.string().nullable(),
    falsePositives: z.array(z.string()),
    tags: z.array(z.string()),
    needs: z.array(z.string()),
    health: z.strictObject({
      state: z.enum(['live', 'partial', 'blind', 'failed']),
      since: z.string().nullable(),
      because: z.string().nullable(),
    }),
    sigma: z.string().nullable(),
    tests: z.array(
      z.strictObject({
        test: z.string(),
        passed: z.enum(['yes', 'no']),
        because: z.string().nullable(),
      }),
    ),
    findings: z.strictObject({
      new: z.int(),
      inProgress: z.int(),
      suppressed: z.int(),
      resolved: z.int(),
      verdicts: verdictCounts,
    }),
    days: z.array(z.strictObject({ day: z.string(), findings: z.int() })),
  }),
  examples: [
    {
      summary: 'What does a rule search for, and does it receive its logs?',
      input: { rule: 'c0de51a0-5160-4000-8000-000000000019' },
      commandLine: 'rules show c0de51a0-5160-4000-8000-000000000019',
      runsOn: 'sample',
    },
  ],
  async run({ readers, clock, tenant }, { rule, ...input }) {
    const sources = await readers.sources();
    needIndex(sources.head);
    const nowMs = clock.now();
    const { fromMs, toMs } = periodOf(input);
    const scope =
      fromMs === undefined
        ? askedByDefault(sources, tenant, nowMs)
        : ({ kind: 'period', fromMs, toMs: toMs ?? nowMs } as const);
    const tenants = tenant === undefined ? undefined : [tenant];
    const [found] = await readDetectorHealth(sources, { scope, tenants, nowMs, rule });
    if (found === undefined) throw invalidInput(`there is no rule "${rule}"`);
    const { id } = found.profile;
    const windows =
      fromMs === undefined && toMs === undefined
        ? undefined
        : { fromMs: fromMs ?? 0, toMs: toMs ?? nowMs };
    const findings = sources.store.findings
      .list({ tenant, windows })
      .filter(({ draft }) => isOfRule(draft.rule, id));
    return documentResult(await viewOf(found, await shippedRule(id), findings, nowMs), YES);
  },
};

async function viewOf(
  { profile, health }: DetectorHealth,
  shipped: ShippedRule | undefined,
  findings: readonly StoredFinding[],
  nowMs: number,
): Promise<RuleView> {
  const { id, title, detector, logs } = profile;
  const { document, text = null, tests = [] } = shipped ?? {};
  return {
    ...{ rule: id, title, detector, needs: logs },
    level: document?.level ?? null,
    description: document?.description ?? null,
    falsePositives: document?.falsepositives ?? [],
    tags: document?.tags ?? [],
    health: {
      state: health.state,
      since: health.sinceMs === null ? null : (instantOfMs(health.sinceMs) ?? null),
      because: health.because,
    },
    sigma: text,
    tests: tests.map(({ test, passed, because }) => ({ test, passed, because })),
    findings: await countsOf(findings, nowMs),
    days: daysOf(findings),
  };
}

async function countsOf(findings: readonly StoredFinding[], nowMs: number): Promise<FindingCounts> {
  const { statusOf } = await import('../../detection/findings/finding-status.ts');
  const statuses = findings.map((finding) => statusOf(finding, nowMs));
  const count = (status: number): number => statuses.filter((each) => each === status).length;
  return {
    ...{ new: count(1), inProgress: count(2), suppressed: count(3), resolved: count(4) },
    verdicts: verdictsOf(findings),
  };
}

/** By the day of the first event. */
function daysOf(findings: readonly StoredFinding[]): RuleView['days'] {
  const byDay = Map.groupBy(findings, ({ draft }) => {
    return new Date(draft.windowMs).toISOString().slice(0, 10);
  });
  return [...byDay].map(([day, of]) => ({ day, findings: of.length })).sort(byDayOf);
}

function byDayOf(a: { readonly day: string }, b: { readonly day: string }): number {
  return a.day < b.day ? -1 : 1;
}
