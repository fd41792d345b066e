import assert from 'node:assert/strict';
import { parseLeaf } from '@countersign/ledger';
import { type Account, assertFsckClean, withAccount } from './account.ts';

/** Every action of `count` different records is once in the ledger and once in the store. */
export async function assertExactlyOnce(data: string, count: number): Promise<void> {
  await assertFsckClean(data);
  await withAccount(data, async (account) => {
    assert.equal(account.store.cursor, account.ledger.size, 'the store is up to date');
    const inLedger = await recordIds(account);
    assert.equal(inLedger.length, count, 'records in the ledger');
    assert.equal(new Set(inLedger).size, count, 'different records in the ledger');
    const inStore = await eventIds(account);
    assert.equal(inStore.length, count, 'events in the store');
    assert.equal(new Set(inStore).size, count, 'different events in the store');
  });
}

async function recordIds({ ledger }: Account): Promise<string[]> {
  const ids: string[] = [];
  for await (const batch of ledger.scan()) {
    for (let position = 0; position < batch.count; position++) {
      const leaf = parseLeaf(batch.leaf(position));
      if (leaf.kind === 'record') ids.push(`${leaf.tenant}/${leaf.id}`);
    }
  }
  return ids;
}

async function eventIds({ store, head }: Account): Promise<string[]> {
  const { rows } = await store.timeline({}, head);
  const ids: string[] = [];
  for await (const row of rows) ids.push(`${row.tenant}/${row.action}`);
  return ids;
}
