import { msOfInstant } from '@countersign/core';
import {
  CANARY_ACTS,
  type CanaryAct,
  type CanaryMarker,
  type CanaryRecord,
  CanaryTracker,
  parseObservation,
} from '@countersign/coverage';
import type { LedgerReader } from '@countersign/ledger';
import { headOf } from '../../store/reading/ledger-head.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { CANARY_LOOKED_BACK_MS, CANARY_REMEMBERED_MS } from '../limits.ts';

/** The body of an entry of kind `act`: a canary is about to be sent, or its sending failed. */
export type CanaryBody = {
  readonly v: 1;
  readonly what: 'canary';
  readonly phase: 'begun' | 'failed';
  readonly tenant: string;
  readonly workload: string;
  readonly act: CanaryAct;
  readonly mark: string;
  readonly periodMs: number;
  readonly sentMs: number;
  readonly signs: readonly CanaryMarker[];
  /** Only for `failed`. */
  readonly because: string | null;
};

/** The ledger's history of one tenant's canaries. */
export type CanaryPast = {
  readonly tracker: CanaryTracker;
  /** Time of the last attempt of each act. */
  readonly lastMs: ReadonlyMap<CanaryAct, number>;
  /** Records that arrived before a crash and were not matched to a canary. */
  readonly unjudged: readonly CanaryRecord[];
};

export type CanaryLedger = {
  readonly store: StoreReader;
  /** A reader that no other code uses. */
  readonly reader: LedgerReader;
};

/**
 * Reads the canaries and results of the last weeks from the ledger.
 *
 * A crash can leave a durable record without its result, so the records of awaited canaries are
 * searched in the ledger.
 */
export async function canaryPast(
  ledger: CanaryLedger,
  { tenant, appId, nowMs }: { tenant: string; appId: string; nowMs: number },
): Promise<CanaryPast> {
  await ledger.reader.refresh();
  const tracker = new CanaryTracker();
  const lastMs = new Map<CanaryAct, number>();
  const sinceMs = nowMs - CANARY_REMEMBERED_MS;
  for await (const body of bodiesOf(ledger, 'act', sinceMs)) {
    if (!isCanaryBody(body) || body.tenant !== tenant) continue;
    const { workload, periodMs, sentMs, signs, phase, act } = body;
    for (const sign of signs) {
      if (phase === 'failed') tracker.withdrawn({ tenant, ...sign });
      else tracker.sent({ tenant, workload, periodMs, sentMs, ...sign });
    }
    lastMs.set(act, Math.max(sentMs, lastMs.get(act) ?? 0));
  }
  for await (const body of bodiesOf(ledger, 'coverage', sinceMs)) {
    const seen = parseObservation(body);
    if (seen?.collector === 'canary' && seen.tenant === tenant) tracker.recall(seen);
  }
  const unjudged = await unjudgedRecords(ledger, tracker, { tenant, appId, nowMs });
  return { tracker, lastMs, unjudged };
}

async function unjudgedRecords(
  { store, reader }: CanaryLedger,
  { waiting }: CanaryTracker,
  { tenant, appId, nowMs }: { tenant: string; appId: string; nowMs: number },
): Promise<CanaryRecord[]> {
  const sent = waiting.map(({ sentMs }) => sentMs);
  const late = sent.filter((ms) => ms >= nowMs - CANARY_LOOKED_BACK_MS);
  if (late.length === 0) return [];
  const records: CanaryRecord[] = [];
  const period = { fromMs: Math.min(...late) - CLOCKS_APART_MS, toMs: nowMs + CLOCKS_APART_MS };
  const head = await headOf(reader, store);
  const { rows } = await store.timeline({ ...period, tenant, app: appId }, head);
  for await (const { entries } of rows) {
    for (const index of entries) {
      const [{ leaf }, body] = [await reader.leaf(index), await reader.body(index)];
      if (body.kind !== 'present') continue;
      const text = Buffer.from(body.bytes).toString('utf8');
      // The latest possible time of availability.
      const availableMs = msOfInstant(leaf.seen);
      records.push({ tenant, source: leaf.source, text, availableMs });
    }
  }
  return records;
}

/** Allowed difference: records state the time of the service's machines. */
const CLOCKS_APART_MS = 300_000;

/** Bodies of one kind, oldest first. */
async function* bodiesOf(
  { store, reader }: CanaryLedger,
  kind: string,
  sinceMs: number,
): AsyncGenerator<unknown> {
  const indices = store.indicesOfKind(kind).filter((index) => index < reader.size);
  let first = indices.length;
  while (first > 0) {
    const { leaf } = await reader.leaf(indices[first - 1] as number);
    if (msOfInstant(leaf.at) < sinceMs) break;
    first -= 1;
  }
  for (const index of indices.slice(first)) {
    const body = await reader.body(index);
    if (body.kind === 'present') yield parse(body.bytes);
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Earlier versions wrote these bodies too. A body of another form is ignored. */
function isCanaryBody(value: unknown): value is CanaryBody {
  if (typeof value !== 'object' || value === null) return false;
  const { v, what, phase, tenant, act, sentMs, signs } = value as Record<string, unknown>;
  const isKnown = v === 1 && what === 'canary' && (phase === 'begun' || phase === 'failed');
  const isAct = CANARY_ACTS.some((each) => each === act);
  return (
    isKnown &&
    isAct &&
    typeof tenant === 'string' &&
    Number.isFinite(sentMs) &&
    Array.isArray(signs) &&
    signs.every(isSign)
  );
}

function isSign(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { source, operation, member, text } = value as Record<string, unknown>;
  const isNamed = operation === null || typeof operation === 'string';
  return isNamed && [source, member, text].every((each) => typeof each === 'string');
}
