import assert from 'node:assert/strict';
import type { Emulator, Feed } from '@countersign/emulator';
import { type Leaf, parseLeaf } from '@countersign/ledger';
import { withAccount } from '../account.ts';

/** The ledger source of a feed of the emulator. */
export type FeedSource = { readonly feed: Feed; readonly source: string };

export const GRAPH_SOURCES: readonly FeedSource[] = [
  { feed: 'graph/signIns', source: 'graph/signIns' },
  { feed: 'graph/directoryAudits', source: 'graph/directoryAudits' },
];

/** The diagnostic export, over each of its paths. */
export const EXPORT_SOURCES: readonly FeedSource[] = [
  { feed: 'azure/SignInLogs', source: 'azure-monitor/SignInLogs' },
  {
    feed: 'azure/NonInteractiveUserSignInLogs',
    source: 'azure-monitor/NonInteractiveUserSignInLogs',
  },
  { feed: 'azure/ServicePrincipalSignInLogs', source: 'azure-monitor/ServicePrincipalSignInLogs' },
  { feed: 'azure/AuditLogs', source: 'azure-monitor/AuditLogs' },
  { feed: 'azure/MicrosoftGraphActivityLogs', source: 'azure-monitor/MicrosoftGraphActivityLogs' },
  { feed: 'azure/EmailEvents', source: 'azure-monitor/AdvancedHunting-EmailEvents' },
];

/**
 * Asserts that the ledger has the newest version of every record that the emulator offers. It has
 * no version twice and no other record. `askedMs` is the time of the last poll. Records that became
 * available later may be missing.
 */
export async function assertAllCollected(
  dir: string,
  emulator: Emulator,
  sources: readonly FeedSource[],
  askedMs: number = Number.POSITIVE_INFINITY,
): Promise<number> {
  const tenantId = emulator.tenants[0]?.tenantId ?? '';
  let count = 0;
  for (const { feed, source } of sources) {
    const versions = new Set<string>();
    const newest = new Map<string, string>();
    // A service whose clock is ahead offers too many records. If it is behind, it offers too few.
    const { skewMs } = emulator.faults;
    const nowMs = emulator.clock.now() + Math.min(0, skewMs) + 1;
    for (const { json } of emulator.store.listed(feed, tenantId, 0, nowMs + Math.abs(skewMs))) {
      versions.add(canonical(json));
    }
    const toMs = Math.min(nowMs, askedMs);
    for (const { record, json } of emulator.store.byEventTime(feed, tenantId, 0, toMs, toMs)) {
      newest.set(record.id, canonical(json));
    }
    const since = new Map<string, string>();
    for (const { record, json } of emulator.store.byEventTime(feed, tenantId, 0, toMs, nowMs)) {
      since.set(record.id, canonical(json));
    }
    const collected = (await bodiesOf(dir, (leaf) => leaf.source === source)).map(canonical);
    const distinct = new Set(collected);
    const missing = [...newest].filter(
      ([id, body]) => !distinct.has(body) && !distinct.has(since.get(id) ?? body),
    );
    const [[id = '', body = ''] = []] = missing;
    const hint = collected.some((each) => each.includes(id))
      ? ', another version is in the ledger'
      : '';
    const first = `${id}${hint}: ${body.slice(0, 3000)}`;
    const what = `${missing.length} of ${newest.size} of ${source} are missing: ${first}`;
    assert.equal(missing.length, 0, what);
    assert.equal(collected.length, distinct.size, `no version of ${source} is in the ledger twice`);
    const unexpected = collected.filter((body) => !versions.has(body));
    assert.equal(
      unexpected.length,
      0,
      `${source} holds a record that was not offered: ${unexpected[0]}`,
    );
    count += newest.size;
  }
  return count;
}

/** The bodies of matching records, as text, in index order. */
export async function bodiesOf(
  dir: string,
  isIncluded: (leaf: Leaf) => boolean,
): Promise<string[]> {
  return withAccount(dir, async ({ ledger }) => {
    const found: string[] = [];
    for await (const batch of ledger.scan()) {
      for (let position = 0; position < batch.count; position++) {
        if (!isIncluded(parseLeaf(batch.leaf(position)))) continue;
        const body = batch.body(position);
        if (body.kind === 'present') found.push(Buffer.from(body.bytes).toString('utf8'));
      }
    }
    return found;
  });
}

/** Equal for equal values, in any notation. */
function canonical(json: string): string {
  return JSON.stringify(JSON.parse(json), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
