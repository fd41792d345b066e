import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleApi } from '../support/api/sample-api.ts';
import { temporaryFolder } from '../support/folders.ts';

test('an erased person leaves the list of people at once, although the list is kept', async () => {
  await using api = await sampleApi(temporaryFolder('erased-person'));
  const list = async (): Promise<string> => (await api.send('/api/v1/people?limit=1000')).text();
  const name = 'tomasz.wrona@northmoor.example';
  const id = '4b05e58e-d23f-4626-bf88-2d23cfad92ac';
  const before = await list();
  assert.ok(before.includes(name) && before.includes(id));
  const body = JSON.stringify({ users: [name], case: 'DSR-9', reason: 'a request' });
  const headers = { 'content-type': 'application/json' };
  const erased = await api.send('/api/v1/ledger/erasures', { method: 'POST', body, headers });
  assert.equal(erased.status, 200, await erased.text());
  const after = await list();
  assert.ok(!after.includes(name) && !after.includes(id), 'an answer from before the erasure');
});
