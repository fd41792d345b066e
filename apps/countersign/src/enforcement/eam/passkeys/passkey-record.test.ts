import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passkeyRecordOf } from './passkey-record.ts';

test('distinguishes passkey records from all other entries', () => {
  const used = { v: 1, what: 'passkey-used', id: 'k', counter: 1, bound: 'device', atMs: 0 };
  assert.deepEqual(passkeyRecordOf(used), used);
  for (const body of [
    ...[undefined, null, 'passkey-used', [used], {}, { v: 1 }, { ...used, v: 2 }],
    ...[
      { ...used, what: 'credential' },
      { ...used, what: 7 },
      { ...used, what: 'a passkey-used' },
    ],
  ]) {
    assert.equal(passkeyRecordOf(body), undefined, JSON.stringify(body));
  }
});
