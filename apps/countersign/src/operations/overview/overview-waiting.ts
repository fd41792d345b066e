import { instantOfMs } from '@countersign/core';
import type { IncidentSummary } from '../../reports/findings/incident-view.ts';
import type { OperationContext } from '../definition/operation.ts';
import { indexConclusion, type Sources } from '../readers/readers.ts';
import type { OverviewWaiting } from './overview-item.ts';

/** A suppression that ends within a week needs a decision. */
const ENDING_MS = 7 * 86_400_000;

/**
 * What waits for a person. Feeds, approvals and the quarantine belong to no tenant, so an answer
 * about one tenant omits them.
 */
export async function overviewWaiting(
  context: OperationContext,
  sources: Sources,
  open: readonly IncidentSummary[],
): Promise<readonly OverviewWaiting[]> {
  const { tenant, clock, dataDir } = context;
  const nowMs = clock.now();
  const all: OverviewWaiting[] = [unassigned(open), suppressions(sources, tenant, nowMs)];
  if (tenant === undefined) {
    all.push(firstRecords(sources));
    const { countQuarantined } = await import('../../ingest/quarantine/quarantine.ts');
    all.push(await approvals(sources, nowMs));
    all.push(await feeds(dataDir, sources.ledger.origin));
    all.push(waiting('quarantine', countQuarantined(dataDir), null, 'import quarantined'));
  }
  return all.filter(({ count }) => count > 0);
}

function waiting(
  what: OverviewWaiting['what'],
  count: number,
  sinceMs: number | null,
  operation: string,
): OverviewWaiting {
  const since = sinceMs === null || !Number.isFinite(sinceMs) ? null : instantOfMs(sinceMs);
  return { what, count, since: since ?? null, links: [{ operation, input: {} }] };
}

/** Entries that are not indexed may be records. */
function firstRecords({ store, head }: Sources): OverviewWaiting {
  const isEmpty = indexConclusion(head).kind === 'yes' && !store.hasRecords();
  return waiting('first records', isEmpty ? 1 : 0, null, 'import');
}

function unassigned(open: readonly IncidentSummary[]): OverviewWaiting {
  const free = open.filter(({ assignee }) => assignee === null);
  const sinceMs = Math.min(...free.map(({ firstMs }) => firstMs));
  return waiting('incidents unassigned', free.length, sinceMs, 'findings incidents');
}

function suppressions(
  { store }: Sources,
  tenant: string | undefined,
  nowMs: number,
): OverviewWaiting {
  const ends = store.findings
    .list({ tenant })
    .map(({ mark }) => mark?.untilMs ?? null)
    .filter((untilMs) => untilMs !== null)
    .filter((untilMs) => untilMs > nowMs && untilMs <= nowMs + ENDING_MS);
  return waiting('suppressions ending', ends.length, Math.min(...ends), 'findings');
}

async function approvals(
  { store, ledger, passkeys }: Sources,
  nowMs: number,
): Promise<OverviewWaiting> {
  const { bypassesOf } = await import('../../enforcement/bypass/bypass.ts');
  const { readBypasses } = await import('../../enforcement/bypass/read-bypasses.ts');
  const bypasses = [...bypassesOf(await readBypasses({ store, reader: ledger })).values()].filter(
    ({ request, approval, end }) =>
      approval === undefined && end === undefined && request.statement.untilMs > nowMs,
  );
  const invitations = [...(await passkeys()).invitations()].filter(
    ({ invitation, approval, used }) =>
      invitation.reason === 'recovery' &&
      approval === null &&
      used === 'no' &&
      invitation.expiresMs > nowMs,
  );
  const count = bypasses.length + invitations.length;
  const operation = bypasses.length > 0 ? 'bypass list' : 'passkeys invitations';
  return waiting('approvals', count, null, operation);
}

async function feeds(dataDir: string, origin: string): Promise<OverviewWaiting> {
  const { FeedState } = await import('../../feeds/state/feed-state.ts');
  using state = FeedState.openExisting(dataDir, origin);
  const rows = (state?.rows() ?? []).filter(
    ({ status, failures }) => status === 'stopped' || (status === 'running' && failures > 0),
  );
  const since = rows.map(({ failingSinceMs, statusMs }) => failingSinceMs ?? statusMs);
  return waiting('feeds stopped', rows.length, Math.min(...since), 'feeds list');
}
