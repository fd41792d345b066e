import { instantOfMs } from '@countersign/core';
import { z } from 'zod';
import type { DetectorHealth } from '../../detection/health/detector-health.ts';
import type { HealthScope } from '../../detection/health/health-status.ts';
import type { SignalCount } from '../../store/rows/signal-row.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { firstDoubt, unknown, YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, type OperationContext, wholeList } from '../definition/operation.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import {
  askedByDefault,
  incompleteText,
  isOfRule,
  readDetectorHealth,
} from '../readers/health-note.ts';
import { indexConclusion, type Sources } from '../readers/readers.ts';
import { type VerdictCounts, verdictCounts, verdictsOf } from './verdict-counts.ts';

type RuleHealthInput = PeriodInput & { readonly rule?: string | undefined };

export type RuleHealth = DetectorHealth & {
  /**
   * Without a collector: it reads only hand-imported files, and general answers do not wait for it.
   */
  readonly handedIn: boolean;
  /** Active findings, and those that people suppressed. */
  readonly findings: number;
  readonly suppressed: number;
  readonly verdicts: VerdictCounts;
  readonly throttled: readonly SignalCount[];
};

export type RuleHealthView = {
  readonly rows: readonly RuleHealth[];
  /** Why the input of the rules may be incomplete. */
  readonly incomplete: string | undefined;
};

export const listRuleHealth: ListOperation<RuleHealthInput, object, RuleHealthView> = {
  name: 'rules status',
  summary: 'which rules receive all their logs, and which are blind',
  description:
    'Lists every rule and detector, now or in a period: whether all logs that it needs ' +
    'arrive, and if not, since when and why. It also shows the number of findings, and when ' +
    'the rule was throttled.',
  scope: 'findings:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    rule: field(z.string().optional(), 'only this rule: its id, or its id up to a slash'),
    ...PERIOD_FIELDS,
  }),
  output: z.strictObject({
    rule: z.string(),
    title: z.string(),
    detector: z.string(),
    state: z.enum(['live', 'partial', 'blind', 'failed']),
    since: z.string().nullable(),
    until: z.string().nullable(),
    because: z.string().nullable(),
    incomplete: z.string().nullable(),
    needs: z.array(z.string()),
    handedIn: z.boolean(),
    findings: z.int(),
    suppressed: z.int(),
    verdicts: verdictCounts,
    throttled: z.array(z.strictObject({ day: z.string(), count: z.int(), max: z.int() })),
  }),
  examples: [
    {
      summary: 'Which rules lacked logs in one week?',
      input: { from: '2026-03-02T00:00:00Z', to: '2026-03-09T00:00:00Z' },
      commandLine: 'rules status --from 2026-03-02 --to 2026-03-09',
      runsOn: 'sample',
    },
  ],
  async run(context, input) {
    const { clock, tenant } = context;
    const { rule } = input;
    const sources = await context.readers.sources();
    const scope = scopeOf(context, input, sources);
    const tenants = tenant === undefined ? undefined : [tenant];
    const nowMs = clock.now();
    const found = await readDetectorHealth(sources, { scope, tenants, nowMs, rule });
    const rows = await rowsOf(found, sources, tenant);
    const isThere = rows.length > 0;
    return wholeList({
      items: rows.map(itemOf),
      view: { rows, incomplete: incompleteText(found) },
      conclude: () =>
        firstDoubt(
          indexConclusion(sources.head),
          isThere ? YES : unknown(`there is no rule "${rule}"`),
        ),
    });
  },
};

function scopeOf(
  { clock, tenant }: OperationContext,
  input: PeriodInput,
  sources: Sources,
): HealthScope {
  const { fromMs, toMs } = periodOf(input);
  const nowMs = clock.now();
  if (fromMs !== undefined) return { kind: 'period', fromMs, toMs: toMs ?? nowMs };
  if (toMs !== undefined) {
    throw invalidInput('a period that is asked for needs its beginning: give --from');
  }
  return askedByDefault(sources, tenant, nowMs);
}

async function rowsOf(
  found: readonly DetectorHealth[],
  { store }: Sources,
  tenant: string | undefined,
): Promise<RuleHealth[]> {
  const { SUPPRESSED } = await import('../../detection/findings/finding-status.ts');
  const { isOfHandedIn } = await import('../../detection/runner/detector-profile.ts');
  const byRule = Map.groupBy(store.findings.list({ tenant }), ({ draft }) => draft.rule);
  const counts = store.signals.counts().filter(({ count, max }) => count > max);
  return found.map((each): RuleHealth => {
    const { id } = each.profile;
    const own = [...byRule].flatMap(([rule, of]): readonly StoredFinding[] =>
      isOfRule(rule, id) ? of : [],
    );
    return {
      ...each,
      handedIn: isOfHandedIn(each.profile),
      findings: own.length,
      suppressed: own.filter(({ mark }) => mark?.status === SUPPRESSED).length,
      verdicts: verdictsOf(own),
      throttled: counts.filter(({ stream }) => stream === id),
    };
  });
}

function itemOf({
  profile,
  health,
  handedIn,
  findings,
  suppressed,
  verdicts,
  throttled,
}: RuleHealth): object {
  return {
    rule: profile.id,
    title: profile.title,
    detector: profile.detector,
    state: health.state,
    since: instantOrNull(health.sinceMs),
    until: instantOrNull(health.untilMs),
    because: health.because,
    incomplete: health.incomplete,
    needs: profile.logs,
    handedIn,
    findings,
    suppressed,
    verdicts,
    throttled: throttled.map(({ day, count, max }) => ({ day: dayText(day), count, max })),
  };
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : (instantOfMs(ms) ?? null);
}

const DAY_MS = 86_400_000;

/** A day since 1970 as a date. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
