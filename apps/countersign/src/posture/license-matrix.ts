import type { CoverageState } from '@countersign/coverage';
import { LICENSES, type License } from '../config/config.ts';
import type { Fact, RecordingStatus } from './recording-fact.ts';

/** Events of one kind in the store. */
export type SeenEvents = {
  readonly source: string;
  readonly operation: string | null;
  readonly signInType: string | null;
  /** MailItemsAccessed only: `Bind` or `Sync`. */
  readonly accessType: string | null;
  readonly count: number;
  /** The entry index of one of them. */
  readonly index: number;
};

/** The best coverage that a source had, and its latest. */
export type SourceCoverage = {
  readonly source: string;
  readonly state: CoverageState;
  readonly bound: number | null;
};

export type Evidence = {
  readonly seen: readonly SeenEvents[];
  readonly coverage: readonly SourceCoverage[];
  /** Licenses of the tenant's people; undefined if the configuration does not say. */
  readonly licenses: readonly License[] | undefined;
};

/**
 * How a cell is known, strongest first.
 * - `canary`     in the ledger, by a path on which canaries came back
 * - `compared`   in the ledger, by a path that agrees with an independent one
 * - `seen`       in the ledger
 * - `documented` only the vendor's documentation says so
 * - `assumed`    common knowledge; no documentation was read
 */
export type Proof = 'canary' | 'compared' | 'seen' | 'documented' | 'assumed';

/** A path that delivers the records, and how it is known. */
export type ReadPath = {
  readonly source: string;
  readonly state: CoverageState | 'not connected';
};

/** One fact for one license group. */
export type MatrixCell = {
  readonly license: License;
  readonly recorded: RecordingStatus['is'];
  readonly days: number | null;
  readonly proof: Proof;
};

export type MatrixRow = {
  readonly fact: Fact;
  readonly cells: readonly MatrixCell[];
  readonly paths: readonly ReadPath[];
  /** The proof for the tenant as a whole. */
  readonly proof: Proof;
  /** Entries that show it. */
  readonly entries: readonly number[];
};

/** States what is recorded, for how long, and how that is known. Evidence overrides documents. */
export function matrixOf(facts: readonly Fact[], evidence: Evidence): MatrixRow[] {
  return facts.map((fact) => {
    const seen = evidence.seen.filter((events) => shows(fact, events));
    const proof = proofOf(fact, seen, evidence.coverage);
    return {
      fact,
      cells: LICENSES.map((license) => cellOf(fact, license, proof, evidence)),
      paths: fact.paths.map((source) => ({ source, state: stateOf(source, evidence.coverage) })),
      proof,
      entries: seen.map(({ index }) => index).slice(0, 3),
    };
  });
}

/**
 * A record does not state its person's license. It proves a group only if the tenant has no other.
 */
function cellOf(fact: Fact, license: License, proof: Proof, { licenses }: Evidence): MatrixCell {
  const { is, days = null } = fact.recorded[license];
  const isProven = proof !== fact.basis && licenses?.length === 1 && licenses[0] === license;
  if (!isProven) return { license, recorded: is, days, proof: fact.basis };
  // The ledger refutes a documented no. `partly` stays: one record does not show that all are
  // recorded.
  return { license, recorded: is === 'partly' ? 'partly' : 'yes', days, proof };
}

function shows(fact: Fact, events: SeenEvents): boolean {
  const { source, operation, signInType, accessType } = events;
  const { operations, signIns, access, sources } = fact;
  if (sources?.includes(source) === true) return true;
  if (signInType !== null && signIns?.includes(signInType) === true) return true;
  if (accessType !== null && access?.includes(accessType) === true) return true;
  // Contracts 19.3: an operation has a final period in one feed and none in another.
  const name = operation?.trim().replace(/\.$/, '');
  return name !== undefined && operations?.includes(name) === true;
}

const RANK: readonly CoverageState[] = [
  'corroborated',
  'collected',
  'late',
  'lost',
  'off',
  'unknown',
];

function stateOf(source: string, coverage: readonly SourceCoverage[]): ReadPath['state'] {
  const states = coverage.filter((row) => row.source === source).map(({ state }) => state);
  return RANK.find((state) => states.includes(state)) ?? 'not connected';
}

function proofOf(
  fact: Fact,
  seen: readonly SeenEvents[],
  coverage: readonly SourceCoverage[],
): Proof {
  if (seen.length === 0) return fact.basis;
  const ways = new Set([...fact.paths, ...seen.map(({ source }) => source)]);
  const rows = coverage.filter(({ source }) => ways.has(source));
  // For data that is only collected, canaries are the only source of a loss bound.
  const hasCanaries = rows.some(({ bound, state }) => state === 'collected' && (bound ?? 1) < 1);
  if (hasCanaries) return 'canary';
  return rows.some(({ state }) => state === 'corroborated') ? 'compared' : 'seen';
}
