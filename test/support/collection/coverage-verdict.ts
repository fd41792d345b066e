import type { Emulator } from '@countersign/emulator';
import { NORTHMOOR } from '@countersign/emulator/testing/office-worker';
import type { CoverageRow } from '../../../apps/countersign/src/store/rows/entry-rows.ts';
import { type CoverageRun, FEEDS, START_MS } from './coverage-run.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/**
 * Canaries are sent at some moment of a quarter of an hour: the nearest may be two periods away.
 */
const OUTAGE_EDGE_MS = 45 * MINUTE_MS;

/** The service's clock at its last poll is unknown. */
const CLOCKS_APART_MS = 10 * MINUTE_MS;

/** Checks the promises of coverage against one run. */
export type PromiseCheck = {
  readonly violations: readonly string[];
  /** Published bounds in runs with random loss, and whether each covers that loss. */
  readonly bounds: readonly { readonly isCovered: boolean }[];
  /** How often the run tested each promise. An untested promise proves nothing. */
  readonly counts: {
    readonly delivered: number;
    readonly corroboratedRows: number;
    readonly knownMissing: number;
    /** Records withheld from one of two sources, in hours that coverage compares. */
    readonly oneSided: number;
    /** Records deliberately withheld from all sources, with no known gap. */
    readonly undetectable: number;
  };
};

/** The true reason why the ledger lacks a record, which only the emulator knows. */
type Absence = 'lost' | 'aimed' | 'outage' | 'unlisted' | 'unsearched' | 'to come' | 'known';

type Absent = {
  readonly source: string;
  readonly id: string;
  readonly atMs: number;
  readonly why: Absence;
};

export function checkPromises(run: CoverageRun): PromiseCheck {
  const absent = FEEDS.flatMap((of) => absentOf(run, of));
  const good = run.rows.filter(isGood);
  const { kind } = run.faults.withholding;
  return {
    violations: [
      ...run.problems.map((problem) => `fsck: ${JSON.stringify(problem)}`),
      ...run.emulator.defects.map((defect) => `the emulator: ${String(defect)}`),
      ...strayBreaches(run),
      ...deliveryBreaches(run),
      ...corroborationBreaches(good, absent),
      ...shortBreaches(run, absent),
      ...claimBreaches(good),
    ],
    bounds: boundsOf(run, good),
    counts: {
      delivered: [...run.ledgerIds.values()].reduce((sum, ids) => sum + ids.length, 0),
      corroboratedRows: good.filter(({ state }) => state === 'corroborated').length,
      knownMissing: absent.filter(({ why }) => why === 'known' || why === 'outage').length,
      oneSided: absent.filter(({ why }) => why === 'unlisted' || why === 'unsearched').length,
      undetectable:
        kind === 'aimed'
          ? absent.filter((each) => each.why === 'aimed' && rowAt(good, each) !== undefined).length
          : 0,
    },
  };
}

/** No client followed a link to an unconfigured host. */
function strayBreaches({ emulator }: CoverageRun): string[] {
  const { all } = emulator.truth().strayed;
  return all === 0 ? [] : [`${all} requests went to an unconfigured host`];
}

/** Every available record is in the ledger once, and nothing else is. */
function deliveryBreaches({ emulator, ledgerIds, askedMs }: CoverageRun): string[] {
  return FEEDS.flatMap(({ feed, source }) => {
    const offered = emulator.offered(NORTHMOOR, feed);
    const there = ledgerIds.get(source) ?? [];
    const once = new Set(there);
    const made = storedOf(emulator, feed);
    const wasThere = (id: string): boolean =>
      (made.get(id)?.availableMs ?? END_MS) < askedMs - CLOCKS_APART_MS;
    const missing = [...offered].filter((id) => !once.has(id) && wasThere(id));
    const strange = there.filter((id) => !made.has(id));
    return [
      ...(missing.length > 0
        ? [`${source}: ${missing.length} were not fetched: ${missing[0]}`]
        : []),
      ...(strange.length > 0
        ? [`${source}: ${strange.length} were never created: ${strange[0]}`]
        : []),
      ...(once.size < there.length
        ? [`${source}: ${there.length - once.size} are there twice`]
        : []),
    ];
  });
}

/** No interval is corroborated if one of the two sources lacked a record. */
function corroborationBreaches(good: readonly CoverageRow[], absent: readonly Absent[]): string[] {
  const rows = good.filter(({ state }) => state === 'corroborated');
  return absent
    .filter(({ why }) => why !== 'lost' && why !== 'aimed')
    .filter((each) => rowAt(rows, each) !== undefined)
    .map((each) => `corroborated without ${textOf(each)}`);
}

/** A known missing record is in no good interval, and ends as lost or off. */
function shortBreaches({ faults, rows, laterRows }: CoverageRun, absent: readonly Absent[]) {
  const isShort = (each: Absent): boolean => {
    if (each.why === 'known') return true;
    return each.why === 'outage' && !isAtEdge(faults, each.atMs) && !isBackSoon(faults, each.atMs);
  };
  const ends = ['lost', 'off'];
  return absent.filter(isShort).flatMap((each) => {
    const [now, later] = [rowAt(rows, each), rowAt(laterRows, each)];
    // Without canaries an outage is invisible, so nothing may be bounded.
    const isUnseen = each.why === 'outage' && isAway(faults, each.atMs);
    const isReported = (row: CoverageRow | undefined, states: readonly string[]): boolean =>
      row !== undefined && (states.includes(row.state) || (isUnseen && row.bound === 1));
    return [
      ...(isReported(now, ['late', ...ends])
        ? []
        : [`known to be incomplete, but the row is ${rowText(now)}, ${textOf(each)}`]),
      ...(isReported(later, ends) ? [] : [`ends ${rowText(later)}, ${textOf(each)}`]),
    ];
  });
}

function rowText(row: CoverageRow | undefined): string {
  return row === undefined ? 'no row' : `${row.state} with a bound of ${row.bound}`;
}

/** Within the hours without collection. */
function isAway({ away }: CoverageRun['faults'], atMs: number): boolean {
  return away !== undefined && sinceStart(atMs) > away.from && sinceStart(atMs) < away.to;
}

/** So close to the ends of those hours that a canary outside them may cover the time. */
function isBackSoon(faults: CoverageRun['faults'], atMs: number): boolean {
  if (!isAway(faults, atMs)) return false;
  return [-OUTAGE_EDGE_MS, OUTAGE_EDGE_MS].some((ms) => !isAway(faults, atMs + ms));
}

function sinceStart(atMs: number): number {
  return (atMs - START_MS) / HOUR_MS;
}

/** No interval claims the absence of undetectable loss. */
function claimBreaches(good: readonly CoverageRow[]): string[] {
  return good
    .filter(({ because }) => !/deliberate omission from .*cannot be excluded/.test(because))
    .map(({ source, because }) => `${source} claims too much: ${because}`);
}

/**
 * Bounds from canaries in runs with undetectable random loss. A source and its only workload state
 * the same bound, so the workload's is used.
 */
function boundsOf({ faults }: CoverageRun, good: readonly CoverageRow[]): PromiseCheck['bounds'] {
  const { withholding } = faults;
  if (withholding.kind !== 'uniform') return [];
  return good
    .filter(({ workload, because }) => workload !== null && because.includes('came back'))
    .map(({ bound }) => ({ isCovered: (bound ?? 1) >= withholding.share }));
}

/** Records of the emulator that the ledger does not have from this source. */
function absentOf(run: CoverageRun, { feed, source }: (typeof FEEDS)[number]): Absent[] {
  const { emulator, ledgerIds, askedMs, nowMs } = run;
  const there = new Set(ledgerIds.get(source));
  const searched = new Set(ledgerIds.get('graph/auditLogQuery'));
  const absent: Absent[] = emulator
    .truth()
    .withheld.filter((each) => each.feed === feed && each.atMs < nowMs)
    .map(({ id, atMs, because }) => ({ source, id, atMs, why: because }));
  for (const [id, { atMs, availableMs, isUnlisted }] of storedOf(emulator, feed)) {
    if (atMs >= nowMs) continue;
    if (!there.has(id)) {
      const why = isUnlisted ? 'unlisted' : availableMs > askedMs ? 'to come' : 'known';
      absent.push({ source, id, atMs, why });
    } else if (!searched.has(id) && emulator.faults.isUnsearched(id)) {
      absent.push({ source, id, atMs, why: 'unsearched' });
    }
  }
  return absent;
}

type StoredRecord = {
  readonly atMs: number;
  /** Of the first blob. */
  readonly availableMs: number;
  readonly isUnlisted: boolean;
};

function storedOf(
  { store }: Emulator,
  feed: (typeof FEEDS)[number]['feed'],
): Map<string, StoredRecord> {
  const stored = new Map<string, StoredRecord>();
  const all = store.byEventTime(feed, NORTHMOOR, 0, Number.MAX_SAFE_INTEGER, END_MS);
  const times = new Map(all.map(({ record }) => [record.id, record.atMs]));
  for (const batch of store.batches(feed, NORTHMOOR, 0, END_MS)) {
    for (const id of store.ids(batch)) {
      const before = stored.get(id);
      const availableMs = Math.min(batch.availableMs, before?.availableMs ?? END_MS);
      const isUnlisted = batch.isUnlisted && before?.isUnlisted !== false;
      stored.set(id, { atMs: times.get(id) ?? 0, availableMs, isUnlisted });
    }
  }
  return stored;
}

const END_MS: number = Date.parse('2027-01-01T00:00:00Z');

function isGood({ state, source }: CoverageRow): boolean {
  const isOurs = FEEDS.some((feed) => feed.source === source);
  return isOurs && (state === 'collected' || state === 'corroborated');
}

/** The state of the source at that time, for all workloads together. */
function rowAt(rows: readonly CoverageRow[], { source, atMs }: Absent): CoverageRow | undefined {
  return rows.find((row) => {
    const { fromMs, toMs } = row;
    if (row.source !== source || row.workload !== null) return false;
    return (fromMs ?? -Infinity) <= atMs && atMs < (toMs ?? Infinity);
  });
}

/** Near its ends, an outage looks like random loss. */
function isAtEdge({ lasting }: CoverageRun['faults'], atMs: number): boolean {
  const [outage] = lasting.outages ?? [];
  if (outage === undefined) return false;
  return atMs < outage.fromMs + OUTAGE_EDGE_MS || atMs > outage.toMs - OUTAGE_EDGE_MS;
}

function textOf({ source, id, atMs, why }: Absent): string {
  const day = new Date(atMs % (DAY_MS * 1e5)).toISOString();
  return `${id} of ${source}, ${day} (${why})`;
}
