import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingMark, FindingRow } from '../rows/entry-rows.ts';
import type { FindingSeverity } from '../rows/finding.ts';
import { Store } from '../store.ts';
import { StoreReader } from '../store-reader.ts';
import { CONTOSO, FABRIKAM, folder, START_MS } from '../testing/rows.ts';

function finding(
  index: number,
  uid: string,
  parts: {
    readonly tenant?: typeof CONTOSO;
    readonly severity?: FindingSeverity;
    readonly state?: FindingRow['state'];
  } = {},
): FindingRow {
  const { tenant = CONTOSO, severity = 4, state = 'open' } = parts;
  const none = { techniques: [], principals: [], sessions: [], apps: [], addresses: [] };
  return {
    ...{ index, uid, detector: 'stream', state, because: null, revision: 0 },
    draft: {
      ...{ rule: `rule-${uid}`, version: 1, tenant, group: uid, windowMs: START_MS },
      ...{ title: uid, message: '', next: '', severity, entries: [index], confidence: null },
      ...{ firstMs: START_MS, lastMs: START_MS + index, ...none },
    },
  };
}

function mark(index: number, uid: string): FindingMark {
  const said = { reason: 'a drill', untilMs: null, by: 'ada', atMs: START_MS };
  return { index, uid, status: 4, ...said };
}

test('an open reader lists each new revision, mark and withdrawal at once', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  const reader = await StoreReader.open(dir);
  t.after(() => {
    reader.close();
    store.close();
  });
  const uids = (): string[] => reader.findings.list().map(({ uid }) => uid);

  store.post({ facts: { findings: [finding(3, 'b'), finding(2, 'a'), finding(4, 'c')] } });
  store.commit(5);
  assert.deepEqual(uids(), ['a', 'b', 'c']);
  assert.deepEqual(uids(), ['a', 'b', 'c'], 'the same again');

  store.post({ facts: { findingMarks: [mark(5, 'b')] } });
  store.commit(6);
  const [, marked] = reader.findings.list();
  assert.equal(marked?.mark?.reason, 'a drill');

  store.post({ facts: { findings: [finding(6, 'a'), finding(7, 'c', { state: 'withdrawn' })] } });
  store.commit(8);
  assert.deepEqual(uids(), ['b', 'a'], 'by the last event');
  const all = reader.findings.list({ withdrawn: 'with' });
  assert.deepEqual(
    all.map(({ uid, revisions }) => [uid, revisions]),
    [
      ['b', [3]],
      ['a', [2, 6]],
      ['c', [4, 7]],
    ],
  );
  assert.deepEqual(reader.findings.ofRule('rule-c'), [], 'withdrawn');
  assert.deepEqual(
    reader.findings.ofRule('rule-a').map(({ revisions }) => revisions),
    [[2, 6]],
  );
});

test('a list has the findings of a tenant and of a severity', async (t) => {
  const dir = await folder(t);
  const found = [
    finding(1, 'a', { tenant: FABRIKAM }),
    finding(2, 'b', { severity: 1 }),
    finding(3, 'c'),
  ];
  const store = await Store.open(dir);
  store.post({ facts: { findings: found } });
  store.commit(4);
  store.close();
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  const uidsOf = (filter: Parameters<typeof reader.findings.list>[0]): string[] =>
    reader.findings.list(filter).map(({ uid }) => uid);
  assert.deepEqual(uidsOf({ tenant: FABRIKAM }), ['a']);
  assert.deepEqual(uidsOf({ severityMin: 2 }), ['a', 'c']);
  assert.deepEqual(uidsOf({ severityMin: 2, tenant: CONTOSO, rule: 'rule-c' }), ['c']);
});
