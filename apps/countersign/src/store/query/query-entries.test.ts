import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { test } from 'node:test';
import { ManualClock, OWN_TENANT, type RecordDraft } from '@countersign/core';
import { Ledger } from '@countersign/ledger';
import { CONTOSO, folder, row, START_MS, storeOf } from '../testing/rows.ts';
import type { QueryValue } from './query-value.ts';
import { runQuery } from './run-query.ts';

const GUID = '33333333-3333-4333-8333-333333333333';

const drafts: readonly RecordDraft[] = [
  {
    kind: 'record',
    tenant: CONTOSO,
    source: 'm365.export/unified-audit-log',
    id: GUID,
    at: '2024-01-12T08:31:07.1234567Z',
    body: Buffer.from('{"Id":"1"}'),
  },
  {
    kind: 'import',
    tenant: OWN_TENANT,
    source: 'countersign/import',
    id: undefined,
    at: '2024-01-12T08:31:07Z',
    body: Buffer.from('{}'),
  },
];

test('the table of entries matches the leaves, erased or not', async (t) => {
  const dir = await folder(t);
  const ledger = await Ledger.open({
    dir,
    clock: new ManualClock(START_MS + 5),
    random: { fill: (into) => randomFillSync(into) },
  });
  await ledger.append(drafts);
  await ledger.rewriteWithout([1]);
  await ledger.close();
  (await storeOf(dir, [[row(0)]])).close();
  const sql = `SELECT e."index", kind, e.tenant, e.source, id, "at", e.seen, size,
    length(commitment),
    e.erased, v."index" FROM entries AS e
    LEFT JOIN events AS v ON list_contains(v.entries, e."index") ORDER BY 1`;
  const rows = await rowsOf(dir, sql, null);
  assert.deepEqual(await rowsOf(dir, 'SELECT "index" FROM entries', CONTOSO), [[0]]);
  const id = rows[1]?.[4];
  assert.ok(typeof id === 'string');
  assert.match(id, /^=[0-9a-f]{32}$/);
  const seen = '2024-01-12T08:00:00.005Z';
  assert.deepEqual(rows, [
    [
      0,
      'record',
      CONTOSO,
      'm365.export/unified-audit-log',
      GUID,
      '2024-01-12T08:31:07.123456Z',
      seen,
      10,
      64,
      false,
      0,
    ],
    [1, 'import', '-', 'countersign/import', id, '2024-01-12T08:31:07Z', seen, 2, 64, true, null],
  ]);
});

async function rowsOf(
  dir: string,
  sql: string,
  tenant: string | null,
): Promise<(readonly QueryValue[])[]> {
  const rows: (readonly QueryValue[])[] = [];
  const request = { kind: 'run', dir, tempDir: dir, sql, tenant, threads: 1 } as const;
  await runQuery(
    { ...request, timeoutMs: 60_000, parquet: null, nowMs: 0, period: {} },
    async (reply) => {
      if (reply.kind === 'rows') rows.push(...reply.rows);
    },
  );
  return rows;
}
