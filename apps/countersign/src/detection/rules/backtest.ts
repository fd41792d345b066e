import type { Clock } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import type { Reading } from '@countersign/ocsf';
import type { Delivery } from '../../projection/deliveries.ts';
import { RecordInterpreter } from '../../projection/record-interpreter.ts';
import { DAY_MS, SignalBuffer } from '../../projection/signals/signal-buffer.ts';
import { type Signal, SignalExtractor } from '../../projection/signals/signal-extractor.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { type SignalCount, type SignalRow, signalRows } from '../../store/rows/signal-row.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { batches, byGroup, DAYS_TOGETHER_MAX } from './group-days.ts';
import { signalsInMemory } from './memory-signals.ts';
import type { RuleContent } from './rule-content.ts';
import { RuleEvaluator } from './rule-evaluator.ts';
import { THROTTLED } from './throttled-rule.ts';

/** Records that one backtest reads: several minutes. The caller can choose a shorter period. */
const BACKTEST_RECORDS_MAX = 2_000_000;

/** Signals that a backtest keeps in memory: a few hundred megabytes. */
const BACKTEST_SIGNALS_MAX = 500_000;

/** Records that a backtest lists per rule. */
const BACKTEST_ENTRIES_MAX = 100;

export type BacktestOptions = {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly tenant?: string | undefined;
  readonly clock: Clock;
  readonly recordsMax?: number;
};

/** What one rule or correlation would have reported in the period. */
export type BacktestOfRule = {
  readonly rule: string;
  readonly title: string;
  readonly kind: 'rule' | 'correlation';
  /** Matching records; for a correlation, those that its rules match. */
  readonly matches: number;
  readonly days: readonly { readonly day: string; readonly matches: number }[];
  /** The first matching records, by entry. */
  readonly entries: readonly number[];
  readonly findings: readonly FindingDraft[];
  /** Days on which it would have been throttled. */
  readonly throttled: readonly string[];
};

export type Backtest = {
  readonly rules: readonly BacktestOfRule[];
  readonly records: number;
  /** Records whose bodies were erased, so that no rule can be evaluated. */
  readonly erased: number;
  /** Why the period was not examined completely. */
  readonly cut: string | undefined;
  /** Matching time only, per record. */
  readonly microseconds: number;
};

/**
 * Evaluates rules on a period of the ledger as they would have been at the time. It writes nothing.
 * Every source of an action is matched, as in the detection runner.
 */
export async function backtest(
  content: RuleContent,
  sources: Sources,
  options: BacktestOptions,
): Promise<Backtest> {
  const run = new Run(content, sources, options);
  await run.all();
  return run.report();
}

type Sources = { readonly store: StoreReader; readonly ledger: LedgerReader };

class Run {
  readonly #content: RuleContent;
  readonly #sources: Sources;
  readonly #options: BacktestOptions;
  readonly #extractor: SignalExtractor;
  readonly #interpreter: RecordInterpreter;
  readonly #signals = new SignalBuffer();
  readonly #rows: SignalRow[] = [];
  readonly #counts: SignalCount[] = [];
  #records = 0;
  #erased = 0;
  #matchMs = 0;
  #cut: string | undefined;

  constructor(content: RuleContent, sources: Sources, options: BacktestOptions) {
    this.#content = content;
    this.#sources = sources;
    this.#options = options;
    this.#extractor = new SignalExtractor(content.plan);
    this.#interpreter = new RecordInterpreter({ of: (reading) => this.#match(reading) });
  }

  async all(): Promise<void> {
    const { fromMs, toMs, tenant, recordsMax = BACKTEST_RECORDS_MAX } = this.#options;
    const { store } = this.#sources;
    const tenants = tenant === undefined ? undefined : [tenant];
    for await (const { entries } of store.rows({ fromMs, toMs, tenants })) {
      if (this.#records >= recordsMax) {
        this.#cut = `there are more than the ${recordsMax} records that were read`;
        break;
      }
      if (this.#rows.length >= BACKTEST_SIGNALS_MAX) {
        this.#cut = `more than ${BACKTEST_SIGNALS_MAX} records match: the rules match too much`;
        break;
      }
      const { row, signals } = this.#interpreter.project(await this.#deliveries(entries));
      this.#records += 1;
      if (row.erased) this.#erased += 1;
      this.#signals.add(row, signals);
      if (this.#records % RECORDS_PER_TAKE === 0) this.#takeSignals();
    }
    this.#takeSignals();
  }

  #deliveries(entries: readonly number[]): Promise<Delivery[]> {
    const { ledger } = this.#sources;
    return Promise.all(
      entries.map(async (index) => {
        const { leaf } = await ledger.leaf(index);
        const body = await ledger.body(index);
        return { index, leaf, body: body.kind === 'present' ? body.bytes : undefined };
      }),
    );
  }

  /** The signals of a record, timed. */
  #match(reading: Reading): readonly Signal[] {
    const { clock } = this.#options;
    const begunMs = clock.monotonic();
    const signals = this.#extractor.of(reading);
    this.#matchMs += clock.monotonic() - begunMs;
    return signals;
  }

  #takeSignals(): void {
    const { groups, counts } = this.#signals.take();
    for (const of of groups) for (const row of signalRows(of)) this.#rows.push(row);
    for (const count of counts) this.#counts.push(count);
  }

  report(): Backtest {
    const { store } = this.#sources;
    const counts = summed(this.#counts);
    const tenantOf = (stated: string): string => store.tenantOf(stated);
    const source = signalsInMemory(this.#rows, { counts, tenantOf });
    const detector = new RuleEvaluator(this.#content);
    const touched = this.#rows.map(({ stream, group, timeMs }) => {
      return { stream, group, day: Math.floor(timeMs / DAY_MS) };
    });
    const affected = detector.affected(touched.sort(byGroup));
    const drafts = [...batches(affected, DAYS_TOGETHER_MAX)].flatMap((days) =>
      detector.evaluateDays(days, source),
    );
    const byRule = Map.groupBy(drafts, ({ rule }) => rule);
    const rules = [...this.#content.sayings].flatMap(([rule, { document, alerts }]) => {
      if (!alerts || document.kind === 'filter') return [];
      return [this.#ofRule(rule, document, { counts, findings: byRule.get(rule) ?? [] })];
    });
    const microseconds = this.#records === 0 ? 0 : (this.#matchMs * 1000) / this.#records;
    return {
      rules,
      records: this.#records,
      erased: this.#erased,
      cut: this.#cut ?? drafts.find(({ rule }) => rule === THROTTLED)?.title,
      microseconds: Number(microseconds.toFixed(2)),
    };
  }

  #ofRule(
    rule: string,
    { title, kind }: { readonly title: string; readonly kind: 'rule' | 'correlation' },
    of: { readonly counts: readonly SignalCount[]; readonly findings: readonly FindingDraft[] },
  ): BacktestOfRule {
    const own = of.counts.filter(({ stream }) => stream === rule).sort((a, b) => a.day - b.day);
    const fitting = this.#rows.filter(({ stream }) => stream === rule);
    return {
      rule,
      title,
      kind,
      matches: own.reduce((sum, { count }) => sum + count, 0),
      days: own.map(({ day, count }) => ({ day: dayText(day), matches: count })),
      entries: [...new Set(fitting.map(({ index }) => index))].slice(0, BACKTEST_ENTRIES_MAX),
      findings: of.findings,
      throttled: own.filter(({ count, max }) => count > max).map(({ day }) => dayText(day)),
    };
  }
}

const RECORDS_PER_TAKE = 1_000;

function summed(counts: readonly SignalCount[]): SignalCount[] {
  const sums = new Map<string, SignalCount>();
  for (const each of counts) {
    const key = `${each.day} ${each.stream}`;
    const count = (sums.get(key)?.count ?? 0) + each.count;
    sums.set(key, { ...each, count });
  }
  return [...sums.values()];
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
