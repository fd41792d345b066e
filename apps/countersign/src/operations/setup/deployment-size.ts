/** What a deployment is sized from. */
export type SizeBasis = {
  readonly seats: number;
  /** Days that bodies and events are kept; null: forever, sized for one year. */
  readonly retentionDays: number | null;
};

/** Estimates of one deployment. Bytes on disk, memory in bytes, rates per second. */
export type DeploymentSize = {
  readonly eventsPerDay: number;
  readonly peakPerSecond: number;
  /** Log and hashes of one day. They stay after an erasure, because proofs need them. */
  readonly permanentBytesPerDay: number;
  /** Bodies, events and indexes of the whole retention. */
  readonly retainedBytes: number;
  /** Both after one year, with the reserve that `serve` needs. */
  readonly diskBytes: number;
  readonly memoryBytes: number;
  readonly cores: number;
  readonly signInsPeakPerSecond: number;
  /** Whether the vendor's quota carries sign-ins through Graph; otherwise export them. */
  readonly graph: 'enough' | 'too little';
};

/** Background knowledge (contracts 2, 10.6): between half and double at real companies. */
const EVENTS_PER_SEAT_DAY = 200;
/** The same source: 4 to 5 times the mean. */
const PEAK_FACTOR = 4.5;
/** The lower and upper factor of every estimate. */
export const UNCERTAINTY = { low: 0.5, high: 2 } as const;

/** Measured on the sample ledger (12,440 entries): 353 bytes of tiles and leaves per entry. */
const LOG_BYTES_PER_EVENT = 360;
/**
 * The same: 173 bytes of body, 63 of event, 198 of indexes, 35 of fingerprint. A file of a day has
 * 136 bytes of an event instead.
 */
const RETAINED_BYTES_PER_EVENT = 545;

/** `serve` stops collecting below 10 % of free disk; a backup's links need a little. */
const DISK_RESERVE = 1.25;
const DAYS_PER_YEAR = 365;

const GIB: number = 1024 ** 3;
/** Design, section 8: 1 GiB for any import, and 1 GiB for a directory of a million people. */
const MEMORY_BYTES_BASE: number = 2 * GIB;
const MEMORY_BYTES_PER_SEAT: number = (2 * GIB) / 1_000_000;

/** A core reads and indexes 22,500 records/s (design, section 8). Decisions need one more. */
const RECORDS_PER_CORE = 22_500;
const CORES_MIN = 2;

/** Background knowledge: not stated by the vendor. Most sign-ins are not interactive. */
const SIGN_IN_SHARE = 0.5;
/** Five requests in ten seconds with 1,000 rows each (contracts 5.1, an older figure). */
const GRAPH_ROWS_PER_SECOND = 500;

export function sizeOf({ seats, retentionDays }: SizeBasis): DeploymentSize {
  const eventsPerDay = seats * EVENTS_PER_SEAT_DAY;
  const peakPerSecond = (eventsPerDay / 86_400) * PEAK_FACTOR;
  const permanentBytesPerDay = eventsPerDay * LOG_BYTES_PER_EVENT;
  const retainedBytes = eventsPerDay * RETAINED_BYTES_PER_EVENT * (retentionDays ?? DAYS_PER_YEAR);
  const signInsPeakPerSecond = peakPerSecond * SIGN_IN_SHARE;
  return {
    eventsPerDay,
    peakPerSecond,
    permanentBytesPerDay,
    retainedBytes,
    diskBytes: (permanentBytesPerDay * DAYS_PER_YEAR + retainedBytes) * DISK_RESERVE,
    memoryBytes: MEMORY_BYTES_BASE + seats * MEMORY_BYTES_PER_SEAT,
    cores: Math.max(CORES_MIN, Math.ceil(peakPerSecond / RECORDS_PER_CORE) + 1),
    signInsPeakPerSecond,
    // With the upper estimate, because a quota that is too small loses sign-ins after 30 days.
    graph:
      signInsPeakPerSecond * UNCERTAINTY.high <= GRAPH_ROWS_PER_SECOND ? 'enough' : 'too little',
  };
}
