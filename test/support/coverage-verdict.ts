import type { Emulator } from '@countersign/emulator';
import { NORTHMOOR } from '@countersign/emulator/testing/office-worker';
import type { CoverageRow } from '../../apps/countersign/src/store/rows/entry-rows.ts';
import { type CoverageRun, FEEDS, START_MS } from './coverage-run.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Canaries are sent somewhere in a quarter of an hour: the nearest may be two of them away. */
const OUTAGE_EDGE_MS = 45 * MINUTE_MS;

/** Nobody knows what the service's clock showed when it was asked last. */
const CLOCKS_APART_MS = 10 * MINUTE_MS;

/** What a run shows of the promises; each text names a breach. */
export type Verdict = {
  readonly breaches: readonly string[];
  /** Bounds that were published where records were lost at random, and whether they cover it. */
  readonly bounds: readonly { readonly isCovered: boolean }[];
  /** What was there to be judged: of a promise that was never at stake nothing is shown. */
  readonly at: {
    readonly delivered: number;
    readonly corroboratedRows: number;
    readonly knownShort: number;
    /** Withheld from one of two sources, in hours that were compared. */
    readonly oneSided: number;
    /** Withheld on purpose from all sources, where nothing is known to be missing. */
    readonly undetectable: number;
  };
};

/** Why the ledger has not what happened, as only the emulator knows it. */
type Absence = 'lost' | 'aimed' | 'outage' | 'unlisted' | 'unsearched' | 'to come' | 'known';

type Absent = {
  readonly source: string;
  readonly id: string;
  readonly atMs: number;
  readonly why: Absence;
};

export function verdictOf(run: CoverageRun): Verdict {
  const absent = FEEDS.flatMap((of) => absentOf(run, of));
  const good = run.rows.filter(isGood);
  const { kind } = run.faults.withholding;
  return {
    breaches: [
      ...run.problems.map((problem) => `fsck: ${JSON.stringify(problem)}`),
      ...run.emulator.defects.map((defect) => `the emulator: ${String(defect)}`),
      ...strayBreaches(run),
      ...deliveryBreaches(run),
      ...corroborationBreaches(good, absent),
      ...shortBreaches(run, absent),
      ...claimBreaches(good),
    ],
    bounds: boundsOf(run, good),
    at: {
      delivered: [...run.ledgerIds.values()].reduce((sum, ids) => sum + ids.length, 0),
      corroboratedRows: good.filter(({ state }) => state === 'corroborated').length,
      knownShort: absent.filter(({ why }) => why === 'known' || why === 'outage').length,
      oneSided: absent.filter(({ why }) => why === 'unlisted' || why === 'unsearched').length,
      undetectable:
        kind === 'aimed'
          ? absent.filter((each) => each.why === 'aimed' && rowAt(good, each) !== undefined).length
          : 0,
    },
  };
}

/** Nobody who was led to a host that is not configured went there. */
function strayBreaches({ emulator }: CoverageRun): string[] {
  const { all } = emulator.truth().strayed;
  return all === 0 ? [] : [`${all} requests went to a host that nobody configured`];
}

/** Every record that was to be had is there once, and nothing else is. */
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
      ...(strange.length > 0 ? [`${source}: ${strange.length} never happened: ${strange[0]}`] : []),
      ...(once.size < there.length ? [`${source}: ${there.length - once.size} twice`] : []),
    ];
  });
}

/** Nothing is called corroborated of which one of the two sources was not told. */
function corroborationBreaches(good: readonly CoverageRow[], absent: readonly Absent[]): string[] {
  const rows = good.filter(({ state }) => state === 'corroborated');
  return absent
    .filter(({ why }) => why !== 'lost' && why !== 'aimed')
    .filter((each) => rowAt(rows, each) !== undefined)
    .map((each) => `corroborated without ${textOf(each)}`);
}

/** What is known to be missing lies in no interval that is good, and ends lost or off. */
function shortBreaches({ faults, rows, laterRows }: CoverageRun, absent: readonly Absent[]) {
  const isShort = (each: Absent): boolean => {
    if (each.why === 'known') return true;
    return each.why === 'outage' && !isAtEdge(faults, each.atMs) && !isBackSoon(faults, each.atMs);
  };
  const ends = ['lost', 'off'];
  return absent.filter(isShort).flatMap((each) => {
    const [now, later] = [rowAt(rows, each), rowAt(laterRows, each)];
    // While nobody sends canaries nobody sees an outage: then nothing may be bounded.
    const isUnseen = each.why === 'outage' && isAway(faults, each.atMs);
    const isReported = (row: CoverageRow | undefined, states: readonly string[]): boolean =>
      row !== undefined && (states.includes(row.state) || (isUnseen && row.bound === 1));
    return [
      ...(isReported(now, ['late', ...ends])
        ? []
        : [`known to be short and ${said(now)}, ${textOf(each)}`]),
      ...(isReported(later, ends) ? [] : [`ends ${said(later)}, ${textOf(each)}`]),
    ];
  });
}

function said(row: CoverageRow | undefined): string {
  return row === undefined ? 'no row' : `${row.state} with a bound of ${row.bound}`;
}

/** In hours in which nobody collects. */
function isAway({ away }: CoverageRun['faults'], atMs: number): boolean {
  return away !== undefined && sinceStart(atMs) > away.from && sinceStart(atMs) < away.to;
}

/** So near to the ends of those hours that a canary of before or after them may speak for it. */
function isBackSoon(faults: CoverageRun['faults'], atMs: number): boolean {
  if (!isAway(faults, atMs)) return false;
  return [-OUTAGE_EDGE_MS, OUTAGE_EDGE_MS].some((ms) => !isAway(faults, atMs + ms));
}

function sinceStart(atMs: number): number {
  return (atMs - START_MS) / HOUR_MS;
}

/** What nobody can see is never said not to be there. */
function claimBreaches(good: readonly CoverageRow[]): string[] {
  return good
    .filter(
      ({ because }) => !/withheld from (?:this source|all these).*cannot be excluded/.test(because),
    )
    .map(({ source, because }) => `${source} claims more than is known: ${because}`);
}

/**
 * Bounds that rest on canaries, where a share of all records is lost at random and nothing can see
 * it. One of the source and one of its only workload say the same: the workload's is taken.
 */
function boundsOf({ faults }: CoverageRun, good: readonly CoverageRow[]): Verdict['bounds'] {
  const { withholding } = faults;
  if (withholding.kind !== 'uniform') return [];
  return good
    .filter(({ workload, because }) => workload !== null && because.includes('came back'))
    .map(({ bound }) => ({ isCovered: (bound ?? 1) >= withholding.share }));
}

/** Everything that happened and is not in the ledger as the source should have brought it. */
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
  /** Of the blob that was first. */
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

/** What is said of the source at that time; of all its workloads together. */
function rowAt(rows: readonly CoverageRow[], { source, atMs }: Absent): CoverageRow | undefined {
  return rows.find((row) => {
    const { fromMs, toMs } = row;
    if (row.source !== source || row.workload !== null) return false;
    return (fromMs ?? -Infinity) <= atMs && atMs < (toMs ?? Infinity);
  });
}

/** Near its ends an outage hides in what is lost by chance. */
function isAtEdge({ lasting }: CoverageRun['faults'], atMs: number): boolean {
  const [outage] = lasting.outages ?? [];
  if (outage === undefined) return false;
  return atMs < outage.fromMs + OUTAGE_EDGE_MS || atMs > outage.toMs - OUTAGE_EDGE_MS;
}

function textOf({ source, id, atMs, why }: Absent): string {
  const day = new Date(atMs % (DAY_MS * 1e5)).toISOString();
  return `${id} of ${source}, ${day} (${why})`;
}
