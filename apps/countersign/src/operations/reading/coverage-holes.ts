import { instantOfMs } from '@countersign/core';
import { COVERAGE_STATES, type Observation } from '@countersign/coverage';
import { z } from 'zod';
import { HOLE_CAUSES, type HoleCause } from '../../reports/hole-cause.ts';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import { firstDoubt, unknown, YES } from '../definition/conclusion.ts';
import { type ListOperation, wholeList } from '../definition/operation.ts';
import { entriesSchema, timeSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { indexConclusion, type Sources } from '../readers/readers.ts';

/** The holes of one source that have one cause. */
export type CoverageHole = {
  readonly tenant: string;
  readonly source: string;
  readonly workload: string | null;
  readonly cause: HoleCause;
  readonly state: CoverageRow['state'];
  readonly intervals: number;
  /** From the first to the last of its intervals; null means open. */
  readonly from: string | null;
  readonly to: string | null;
  /** Of the last interval. */
  readonly because: string;
  /** What would fix it. */
  readonly cure: string;
  readonly entries: readonly number[];
};

/** A year of hourly failures is one hole; its later entries tell the cause as well. */
const ENTRIES_READ_MAX = 2_000;
/** Of one hole. The table of coverage has all. */
const ENTRIES_SHOWN_MAX = 10;

export const listHoles: ListOperation<PeriodInput, CoverageHole, readonly CoverageHole[]> = {
  name: 'coverage holes',
  summary: 'which records are missing, why, and what would fix it',
  description:
    'Lists what is late, lost, off or unknown, by source and cause, with a cure for each. ' +
    'Without a hole, every source was collected for as long as it is known.',
  scope: 'coverage:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject(PERIOD_FIELDS),
  output: z.strictObject({
    tenant: z.string().min(1),
    source: z.string().min(1),
    workload: z.string().nullable(),
    cause: z.enum(HOLE_CAUSES),
    state: z.enum(COVERAGE_STATES),
    intervals: z.int().min(1),
    from: timeSchema.nullable(),
    to: timeSchema.nullable(),
    because: z.string(),
    cure: z.string(),
    entries: entriesSchema,
  }),
  examples: [
    {
      summary: 'What is missing, and what would fix it?',
      input: {},
      commandLine: 'coverage --holes',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant }, input) {
    const { ANY } = await import('../../store/rows/entry-rows.ts');
    const { NOTHING_SAID } = await import('../../store/coverage/coverage-answer.ts');
    const sources = await readers.sources();
    const { store, head } = sources;
    const { fromMs = -Infinity, toMs = Infinity } = periodOf(input);
    const all = store.coverage();
    const isMeant = (row: CoverageRow): boolean =>
      tenant === undefined || row.tenant === ANY || row.tenant === tenant;
    const isWithin = (row: CoverageRow): boolean =>
      (row.fromMs ?? -Infinity) < toMs && (row.toMs ?? Infinity) > fromMs;
    const rows = all.filter((row) => isMeant(row) && isWithin(row) && !isGood(row));
    const items = await holesOf(sources, withoutParts(rows), collectedUntil(all));
    const isNothing = !all.some((row) => isMeant(row) && isWithin(row));
    const nothing = unknown(NOTHING_SAID.text);
    const conclude = () => firstDoubt(indexConclusion(head), isNothing ? nothing : YES);
    return wholeList({ items, view: items, conclude });
  },
};

function isGood({ state }: CoverageRow): boolean {
  return state === 'collected' || state === 'corroborated';
}

/** Without rows of a workload that say what the row of their source says. */
function withoutParts(rows: readonly CoverageRow[]): readonly CoverageRow[] {
  const keyOf = ({ tenant, source, state, fromMs, toMs }: CoverageRow): string =>
    [tenant, source, state, fromMs, toMs].join('\n');
  const whole = new Set(rows.filter(({ workload }) => workload === null).map(keyOf));
  return rows.filter((row) => row.workload === null || !whole.has(keyOf(row)));
}

/** The end of what was collected of each source. */
function collectedUntil(rows: readonly CoverageRow[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const row of rows.filter(isGood)) {
    const key = sourceKey(row);
    ends.set(key, Math.max(ends.get(key) ?? -Infinity, row.toMs ?? Infinity));
  }
  return ends;
}

function sourceKey({ tenant, source }: CoverageRow): string {
  return `${tenant}\n${source}`;
}

async function holesOf(
  sources: Sources,
  rows: readonly CoverageRow[],
  collected: ReadonlyMap<string, number>,
): Promise<CoverageHole[]> {
  const { holeCauseOf } = await import('../../reports/hole-cause.ts');
  const observations = new ObservationReader(sources);
  const groups = new Map<string, { readonly cause: HoleCause; readonly rows: CoverageRow[] }>();
  // The newest come first, so that the limit of entries leaves out the oldest.
  const newest = rows.toSorted((a, b) => (b.toMs ?? Infinity) - (a.toMs ?? Infinity));
  for (const row of newest) {
    const cause = holeCauseOf(row, await observations.of(row));
    const key = [row.tenant, row.source, row.workload, row.state, cause].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { cause, rows: [row] });
    else group.rows.push(row);
  }
  const holes = await Promise.all([...groups.values()].map((group) => holeOf(group, collected)));
  return holes.sort((a, b) => rankOf(a) - rankOf(b) || compare(a.source, b.source));
}

async function holeOf(
  group: { readonly cause: HoleCause; readonly rows: readonly CoverageRow[] },
  collected: ReadonlyMap<string, number>,
): Promise<CoverageHole> {
  const { holeCureOf } = await import('../../reports/hole-cause.ts');
  const { cause, rows } = group;
  const [last] = rows as [CoverageRow];
  const { tenant, source, workload, state, because } = last;
  const starts = rows.map(({ fromMs }) => fromMs ?? -Infinity);
  const ends = rows.map(({ toMs }) => toMs ?? Infinity);
  const endMs = ends.reduce((a, b) => Math.max(a, b));
  const isOver = (collected.get(sourceKey(last)) ?? -Infinity) > endMs;
  const entries = new Set(rows.flatMap(({ index, entries: own = [index] }) => own));
  return {
    ...{ tenant, source, workload, cause, state, intervals: rows.length },
    from: timeOf(starts.reduce((a, b) => Math.min(a, b))),
    to: timeOf(endMs),
    because,
    cure: holeCureOf(cause, last, isOver ? 'collected' : 'not collected'),
    entries: [...entries].slice(0, ENTRIES_SHOWN_MAX).sort((a, b) => a - b),
  };
}

/** What a person can fix comes first. */
function rankOf({ cause }: CoverageHole): number {
  return HOLE_CAUSES.indexOf(cause);
}

/** Reads what collectors observed, each entry once. */
class ObservationReader {
  readonly #sources: Sources;
  readonly #known = new Map<number, Observation | 'unread'>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  async of({ entries = [] }: CoverageRow): Promise<Observation | 'unread' | undefined> {
    const index = entries.at(-1);
    if (index === undefined) return undefined;
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    if (this.#known.size >= ENTRIES_READ_MAX) return 'unread';
    const seen = await this.#read(index);
    this.#known.set(index, seen);
    return seen;
  }

  async #read(index: number): Promise<Observation | 'unread'> {
    const { parseObservation } = await import('@countersign/coverage');
    const { parseObject } = await import('../../projection/entries/own-entry.ts');
    const body = await this.#sources.ledger.body(index);
    if (body.kind !== 'present') return 'unread';
    return parseObservation(parseObject(body.bytes)) ?? 'unread';
  }
}

function timeOf(ms: number): string | null {
  return Number.isFinite(ms) ? (instantOfMs(ms) ?? null) : null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
