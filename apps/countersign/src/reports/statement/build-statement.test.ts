import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TENANT_NOT_STATED as NO_TENANT } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import { StoreReader } from '../../store/store-reader.ts';
import {
  FABRIKAM,
  folder,
  HEAD,
  type RowParts,
  row,
  START_MS,
  storeOf,
} from '../../store/testing/rows.ts';
import { readStatement } from './read-statement.ts';
import type { Statement, StatementOptions } from './statement.ts';

const ALICE = 'aaaaaaaa-0000-4000-8000-000000000001';
const alice: RowParts = { actorUid: ALICE, actorName: 'alice@contoso.example', actorType: 1 };
const signIn: RowParts = { ...alice, classUid: 3002, activityId: 1, statusId: 1 };

async function statementFrom(
  dir: string,
  who: string,
  options: StatementOptions = {},
): Promise<Statement> {
  const reader = await StoreReader.open(dir);
  try {
    const result = await readStatement(reader, who, options, HEAD);
    assert.ok(result.kind === 'statement', JSON.stringify(result));
    return result.statement;
  } finally {
    reader.close();
  }
}

test('lists each action once under its session, with unknown authorization', async (t) => {
  const dir = await folder(t);
  const rows = [
    row(0, { ...signIn, sessionUid: 's1' }),
    row(1, { ...alice, sessionUid: 's1', operation: 'FileDownloaded' }),
    row(2, { ...alice, sessionUid: 's2', operation: 'Send' }),
    row(3, { ...alice, operation: 'Set-Mailbox' }),
    row(4, { ...signIn, statusId: 2, statusCode: '50126', sessionUid: 's3' }),
    row(5, { ...signIn, sessionUid: 's4' }),
    row(6, { actorName: 'bob@contoso.example', targetName: 'alice@contoso.example' }),
  ];
  (await storeOf(dir, [rows])).close();
  const statement = await statementFrom(dir, 'Alice@Contoso.example ');
  assert.deepEqual(
    statement.sessions.map(({ session, signIns, actions }) => [
      session,
      signIns.map(({ index }) => index),
      actions.map(({ index }) => index),
    ]),
    [
      ['s1', [0], [1]],
      ['s2', [], [2]],
      [null, [], [3]],
      ['s4', [5], []],
    ],
  );
  assert.deepEqual(statement.balance, { actions: 3, accounted: 0, unaccounted: 0, unknown: 3 });
  assert.deepEqual(statement.signIns, {
    succeeded: 2,
    failed: 1,
    unknown: 0,
    failedByCode: { 50126: 1 },
  });
  for (const { authorization } of statement.sessions) {
    assert.ok(authorization.kind === 'unknown');
    assert.deepEqual(authorization.because, [
      { code: 'no-decision-source', text: 'no decision source is connected' },
    ]);
  }
});

test('counts delivered mail and detections apart from actions', async (t) => {
  const dir = await folder(t);
  const trace = { actorName: 'alice@contoso.example', classUid: 4009, activityId: 4 };
  const rows = [
    row(0, { ...alice, operation: 'Send', classUid: 4009, activityId: 1, statusId: 1 }),
    row(1, trace),
    row(2, trace),
    row(3, { ...alice, classUid: 2004, operation: 'AadRiskDetection' }),
  ];
  (await storeOf(dir, [rows])).close();
  const { balance, events, sessions, volumes } = await statementFrom(dir, ALICE);
  assert.equal(balance.actions, 1);
  assert.deepEqual(events, { 'mail-delivery': 2, detection: 1 });
  assert.deepEqual(
    sessions.flatMap(({ actions }) => actions.map(({ index }) => index)),
    [0],
  );
  assert.deepEqual(volumes, ['sent at least 1 message']);
});

test('an aggregated record is one action with a volume', async (t) => {
  const dir = await folder(t);
  const read = { ...alice, accessType: 'Bind', mailbox: 'alice@contoso.example', itemCount: 17 };
  const sync = {
    ...alice,
    accessType: 'Sync',
    mailbox: 'alice@contoso.example',
    folder: '\\Inbox',
  };
  (await storeOf(dir, [[row(0, read), row(1, sync)]])).close();
  const { balance, sessions } = await statementFrom(dir, ALICE);
  assert.equal(balance.actions, 2);
  assert.deepEqual(
    sessions[0]?.actions.map(({ volume }) => volume),
    [
      { items: 17, bytes: null, contents: 'stated', throttled: false },
      { items: 1, bytes: null, contents: 'unknown', throttled: false },
    ],
  );
});

test('the period includes its first instant and excludes its last', async (t) => {
  const dir = await folder(t);
  (await storeOf(dir, [[0, 1, 2, 3].map((i) => row(i, alice))])).close();
  const { balance, period } = await statementFrom(dir, ALICE, {
    fromMs: START_MS + 1000,
    toMs: START_MS + 3000,
  });
  assert.equal(balance.actions, 2);
  assert.deepEqual(period, { from: '2024-01-12T08:00:01Z', to: '2024-01-12T08:00:03Z' });
});

test('an unknown or ambiguous principal has no statement', async (t) => {
  const dir = await folder(t);
  const other = { tenant: FABRIKAM, actorName: 'alice@contoso.example', actorType: 1 };
  (await storeOf(dir, [[row(0, alice), row(1, other)]])).close();
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  const several = await readStatement(reader, 'alice@contoso.example', {}, HEAD);
  assert.ok(several.kind === 'unknown');
  assert.equal(several.because.code, 'principal-ambiguous');
  assert.equal(several.candidates.length, 2);
  const nobody = await readStatement(reader, 'mallory', {}, HEAD);
  assert.ok(nobody.kind === 'unknown');
  assert.equal(nobody.because.code, 'principal-not-found');
  const one = await statementFrom(dir, 'alice@contoso.example', { tenant: FABRIKAM });
  assert.equal(one.balance.actions, 1);
});

test('a statement contains its purpose and case', async (t) => {
  const dir = await folder(t);
  (await storeOf(dir, [[row(0, alice)]])).close();
  const statement = await statementFrom(dir, ALICE, { purpose: 'incident', case: 'IR-7' });
  assert.deepEqual([statement.purpose, statement.case], ['incident', 'IR-7']);
});

test('states unknown coverage with the reason', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0, alice)]]);
  store.post({
    facts: {
      coverage: [
        {
          index: 1,
          tenant: row(0).tenant,
          source: 'm365.export/unified-audit-log',
          workload: null,
          subject: null,
          fromMs: START_MS,
          toMs: START_MS + 1,
          state: 'unknown',
          bound: null,
          because: 'the origin of the file is unknown',
        },
      ],
      erasures: [
        {
          index: 2,
          atMs: START_MS,
          by: 'dpo@contoso.example',
          reason: 'request 12',
          entries: 4,
          fromMs: null,
          toMs: null,
          tenants: [],
        },
      ],
    },
  });
  store.commit(HEAD.size);
  store.close();
  const { coverage, erasures } = await statementFrom(dir, ALICE);
  assert.ok(coverage.answer.kind === 'unknown');
  assert.deepEqual(
    coverage.answer.because.map(({ code }) => code),
    ['coverage-unknown', 'period-open'],
  );
  assert.deepEqual(erasures, [
    {
      index: 2,
      at: '2024-01-12T08:00:00Z',
      by: 'dpo@contoso.example',
      reason: 'request 12',
      entries: 4,
      ofThisPerson: false,
      from: null,
      to: null,
    },
  ]);
});

test('unread entries make no answer unknown, unless nothing was read', async (t) => {
  const dir = await folder(t);
  (await storeOf(dir, [[row(0, alice)]])).close();
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  const codesOf = async (read: number): Promise<readonly string[]> => {
    const asOf = { ...HEAD.asOf, size: read };
    const result = await readStatement(reader, ALICE, {}, { ...HEAD, size: HEAD.size + 5, asOf });
    assert.ok(result.kind === 'statement' && result.statement.coverage.answer.kind === 'unknown');
    const { answer } = result.statement.coverage;
    assert.deepEqual(answer.asOf, asOf);
    return answer.because.map(({ code }) => code);
  };
  assert.ok(!(await codesOf(HEAD.size)).includes('not-yet-indexed'));
  assert.ok((await codesOf(0)).includes('not-yet-indexed'));
});

const who = fc.constantFrom(
  alice,
  { ...alice, actorUid: null },
  { ...alice, actorUid: null, actorName: null, actorPuid: '10032000AAAAAAAA' },
  { ...alice, actorPuid: '10032000AAAAAAAA' },
  { actorName: 'bob@contoso.example', actorType: 1 },
);
const actions = fc.array(
  fc.record({
    who,
    classUid: fc.constantFrom(3002, 6003, 6006, 4009),
    statusId: fc.constantFrom(0, 1, 2),
    sessionUid: fc.constantFrom(null, 's1', 's2', 's3'),
    minute: fc.integer({ min: 0, max: 3 }),
    hasTenant: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);

/** The content of a statement that does not depend on the order of the ledger. */
function essence(statement: Statement): unknown {
  const { ledger: _, sessions, ...rest } = statement;
  const bare = (
    list: readonly { index: number; entries: readonly number[]; userAgent: string | null }[],
  ) => list.map(({ index, entries, ...event }) => JSON.stringify(event)).sort();
  return {
    ...rest,
    sessions: sessions.map(({ signIns, actions: list, ...session }) => ({
      ...session,
      signIns: bare(signIns),
      actions: bare(list),
    })),
  };
}

test('the order of imports changes no statement, and the balance adds up', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      actions,
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 5 }),
      async (list, order, batchRows) => {
        const rowsOf = (positions: readonly number[]): EventRow[] =>
          positions.map((position, index) => {
            const { who: actor, minute, hasTenant, ...event } = list[position] as (typeof list)[0];
            const tenant = hasTenant ? {} : { tenant: NO_TENANT };
            const timeMs = START_MS + minute * 60_000;
            return row(index, { ...actor, ...event, ...tenant, timeMs, userAgent: `${position}` });
          });
        const straight = list.map((_, i) => i);
        const keyed = straight.map((i) => [order.next().value as number, i] as const);
        const shuffled = keyed.toSorted(([a], [b]) => a - b).map(([, i]) => i);
        const stated = row(999, { actorName: 'system', actorType: 3 });
        const results: unknown[] = [];
        for (const positions of [straight, shuffled]) {
          const dir = await folder(t);
          const rows = rowsOf(positions);
          const batches: EventRow[][] = [[stated]];
          for (let i = 0; i < rows.length; i += batchRows)
            batches.push(rows.slice(i, i + batchRows));
          (await storeOf(dir, batches)).close();
          const reader = await StoreReader.open(dir);
          const result = await readStatement(reader, 'alice@contoso.example', {}, HEAD);
          reader.close();
          results.push(result.kind === 'statement' ? essence(result.statement) : result);
          if (result.kind !== 'statement') continue;
          const { balance, sessions } = result.statement;
          const { accounted, unaccounted, unknown } = balance;
          assert.equal(balance.actions, accounted + unaccounted + unknown);
          assert.equal(
            balance.actions,
            sessions.reduce((n, s) => n + s.actions.length, 0),
          );
        }
        assert.deepEqual(results[1], results[0]);
      },
    ),
    runs(12, 300),
  );
});

test('reports throttled mailboxes that a person reads or owns, for any cause', async (t) => {
  const dir = await folder(t);
  const mailbox = 'cfo@contoso.example';
  const bind = { operation: 'MailItemsAccessed', accessType: 'Bind', statusId: 1 };
  const by = (name: string): RowParts => ({ ...bind, actorName: name, actorType: 1 });
  const HOUR = 3_600_000;
  const rows = [
    row(0, { ...by('thief@contoso.example'), mailbox, isThrottled: true, timeMs: START_MS }),
    row(1, { ...by('other@contoso.example'), mailbox: 'x@contoso.example', isThrottled: true }),
    row(2, { ...by('alice@contoso.example'), mailbox, timeMs: START_MS + 2 * HOUR }),
    row(3, { ...by('cfo@contoso.example'), operation: 'Send', timeMs: START_MS + 2 * HOUR }),
    row(4, { ...by('thief@contoso.example'), mailbox, isThrottled: true, tenant: FABRIKAM }),
  ];
  (await storeOf(dir, [rows])).close();
  const period = { fromMs: START_MS + HOUR, toMs: START_MS + 3 * HOUR };
  for (const who of ['alice@contoso.example', 'cfo@contoso.example']) {
    const { volumes, coverage } = await statementFrom(dir, who, period);
    const sentences = volumes.filter((sentence) => sentence.includes('throttled'));
    assert.deepEqual(sentences, [
      'recording of cfo@contoso.example throttled from 2024-01-12 08:00 UTC for 24 h: ' +
        'reads of that time are not known',
    ]);
    assert.ok(coverage.answer.kind === 'unknown');
    assert.ok(coverage.answer.because.some(({ code }) => code === 'throttled'));
  }
  const later = { fromMs: START_MS + 25 * HOUR, toMs: START_MS + 26 * HOUR };
  const { volumes } = await statementFrom(dir, 'cfo@contoso.example', later);
  assert.deepEqual(volumes, []);
});

test('counts the items that the body reader returns', async (t) => {
  const dir = await folder(t);
  const read = { ...alice, accessType: 'Bind', mailbox: 'a@x', itemCount: 2, statusId: 1 };
  (await storeOf(dir, [[row(0, read), row(1, read)]])).close();
  const { volumes } = await statementFrom(dir, ALICE, {
    itemsOf: (rows) => Promise.resolve(new Map(rows.map(({ index }) => [index, ['<1>', '<2>']]))),
  });
  assert.deepEqual(volumes, ['read at least 2 items in 1 mailbox, at least 4 times']);
});
