import { assert } from '@countersign/core';
import { type PassBody, PolicyError, passDraft } from '@countersign/policy';
import { catchUpProjection } from '../../projection/catch-up.ts';
import { commitProjection } from '../../projection/commit-projection.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { PassFilter, PassRow } from '../../store/sqlite/decision-table.ts';
import { lapses, type Pass, passesOf, type SuiteSessionStatus } from './pass.ts';

/** The passes in the store as of a time: all, or those of a filter. */
export function knownPasses(
  store: { passEntries(filter?: PassFilter): readonly PassRow[] },
  nowMs: number,
  filter: PassFilter = {},
): readonly Pass[] {
  const said = store
    .passEntries(filter)
    .map(({ index, body }) => ({ index, body: JSON.parse(body) as PassBody }));
  return passesOf(said, nowMs);
}

export type EndedPass = {
  readonly pass: string;
  readonly entry: number;
  /** State of a pass into the suite. */
  readonly suite: SuiteSessionStatus | null;
};

/**
 * Ends a pass early.
 * @throws PolicyError UNKNOWN_PASS if there is none with that id, or it is over
 */
export async function endPass(
  writer: LedgerWriter,
  { pass: id, by, reason }: { readonly pass: string; readonly by: string; readonly reason: string },
): Promise<EndedPass> {
  const { store, decisionLog, clock } = writer;
  const nowMs = clock.now();
  const [pass] = knownPasses(store, nowMs, { pass: id });
  if (pass === undefined || pass.state !== 'open') {
    const why = pass === undefined ? 'no pass has this id' : `it has already ${pass.state}`;
    throw new PolicyError('UNKNOWN_PASS', `could not end the pass ${id}: ${why}; see passes list`);
  }
  const { tenant } = pass;
  const body = { v: 1, phase: 'ended', pass: id, tenant, atMs: nowMs, by, reason } as const;
  const [entry] = await decisionLog.append([passDraft(body)]);
  await catchUpProjection(writer);
  assert(entry !== undefined, 'every draft has its entry');
  const [ended] = knownPasses(store, clock.now(), { pass: id });
  return { pass: id, entry, suite: ended?.suite ?? null };
}

/** Records the expiry of passes. Idempotent. */
export async function lapsePasses(writer: LedgerWriter): Promise<number> {
  const { store, decisionLog, clock } = writer;
  const nowMs = clock.now();
  const overdue = { passEntries: () => store.overduePasses(nowMs) };
  const over = lapses(knownPasses(overdue, nowMs));
  if (over.length === 0) return 0;
  await decisionLog.append(over.map(passDraft));
  await commitProjection(writer);
  return over.length;
}
