import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { contentFolder } from '../../apps/countersign/src/config/installed-package.ts';
import type { Caller } from '../../apps/countersign/src/operators/caller.ts';
import { askJson } from '../support/account.ts';
import { EVERYONE, type SampleApi, sampleApi } from '../support/api/sample-api.ts';
import { temporaryFolder } from '../support/folders.ts';

const LEGAL = 'vivian.castellan@northmoor.example';
const LEGAL_ID = 'a794000b-bd1a-403c-a24f-1a438ee39255';
const IT = 'scanops@northmoor.example';

const root = temporaryFolder('group-limits');
let api: SampleApi;

before(async () => {
  api = await sampleApi(root);
  const groups = new Set(['Legal']);
  api.callers.set('legal', { ...EVERYONE, who: 'token legal', groups } satisfies Caller);
});

after(() => api[Symbol.asyncDispose]());

async function ask(path: string): Promise<{ status: number; text: string }> {
  const response = await api.send(path, { headers: { authorization: 'Bearer legal' } });
  return { status: response.status, text: await response.text() };
}

test('without a directory, membership is unknown, and unknown never permits', async () => {
  const { status, text } = await ask(`/api/v1/events?user=${LEGAL}&limit=1`);
  assert.equal(status, 403);
  assert.match(text, /cannot tell whether this person is in one/);
});

test('a limit by group opens the people of the group, by any of their names', async () => {
  const directory = join(contentFolder(), 'sample/directory.yaml');
  await askJson(api.dir, ['policy', 'use', '--directory', directory]);
  for (const name of [LEGAL, LEGAL.toUpperCase(), LEGAL_ID]) {
    const { status, text } = await ask(`/api/v1/events?user=${name}&limit=1`);
    assert.equal(status, 200, text);
    assert.equal((JSON.parse(text) as { items: readonly unknown[] }).items.length, 1);
  }
});

test('other people, unknown people and no person stay closed', async () => {
  for (const [query, why] of [
    [`user=${IT}`, /this person is in none of them/],
    ['user=no.one@northmoor.example', /cannot tell whether this person is in one/],
    ['', /this is not about one person/],
  ] as const) {
    const { status, text } = await ask(`/api/v1/events?${query}`);
    assert.equal(status, 403, text);
    assert.match(text, why);
  }
  for (const path of ['/api/v1/findings', '/api/v1/tail', '/api/v1/ledger/checkpoint']) {
    assert.equal((await ask(path)).status, 403, path);
  }
});
