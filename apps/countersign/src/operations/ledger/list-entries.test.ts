import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { OWN_TENANT, systemClock, systemRandom } from '@countersign/core';
import { makeRotatedLedger } from '@countersign/ledger/testing/rotated-ledger';
import type { OperationContext } from '../definition/operation.ts';
import { Readers } from '../readers/readers.ts';
import { listCheckpoints } from './list-checkpoints.ts';
import { listEntries } from './list-entries.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-list-entries-'));
after(() => rmSync(dir, { recursive: true, force: true }));
before(() => makeRotatedLedger(dir));

async function indices(input: object, tenant?: string): Promise<number[]> {
  using readers = new Readers({ dataDir: dir, clock: systemClock });
  const list = await listEntries.run(contextOf(readers, tenant), listEntries.input.parse(input));
  const found: number[] = [];
  for await (const { index } of list) {
    if (found.push(index) >= 5) break;
  }
  return found;
}

function contextOf(readers: Readers, tenant: string | undefined): OperationContext {
  return {
    ...{ dataDir: dir, tenant, clock: systemClock, random: systemRandom, env: {}, readers },
    signal: new AbortController().signal,
    progress: () => undefined,
    notice: () => undefined,
    perform: () => Promise.reject(new Error('these operations only read')),
  } as OperationContext;
}

test('lists entries from an index on, and back from an index', async () => {
  assert.deepEqual(await indices({ from: 298 }), [298, 299, 300, 301, 302]);
  assert.deepEqual(await indices({ from: 2, newest: true }), [2, 1, 0]);
  assert.deepEqual((await indices({ newest: true }))[0], 309);
});

test('lists only entries of the tenant of its caller', async () => {
  assert.deepEqual((await indices({ from: 300 }, OWN_TENANT))[0], 300);
  assert.deepEqual(await indices({ from: 300 }, '11111111-2222-3333-4444-555555555555'), []);
});

test('cannot tell about entries beyond the checkpoint', async () => {
  using readers = new Readers({ dataDir: dir, clock: systemClock });
  const context = contextOf(readers, undefined);
  const list = await listEntries.run(context, { from: 310 });
  for await (const { index } of list) assert.fail(`entry ${index}`);
  assert.equal((await list.conclude()).kind, 'failed');
});

test('lists each retained checkpoint once, with the time of its last entry', async () => {
  using readers = new Readers({ dataDir: dir, clock: systemClock });
  const items = [];
  for await (const item of await listCheckpoints.run(contextOf(readers, undefined), {})) {
    items.push(item);
  }
  const sizes = items.map(({ size }) => size);
  assert.deepEqual(sizes, [...new Set(sizes)]);
  assert.equal(sizes[0], 310);
  assert.ok(items.some(({ size, at }) => size === 300 && at === '2026-01-31T22:00:00.000Z'));
});
