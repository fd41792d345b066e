import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { instantOfMs, systemClock, systemRandom } from '@countersign/core';
import { fsck } from '@countersign/ledger';
import { ruleContent } from '../../apps/countersign/src/detection/rules/rule-content.ts';
import type { Detector } from '../../apps/countersign/src/detection/runner/detector.ts';
import { erase } from '../../apps/countersign/src/ingest/erasure/erase-bodies.ts';
import { importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import { detectionOf } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import type { HostWriter } from '../../apps/countersign/src/operations/host/open-writer.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { rebuild } from '../../apps/countersign/src/operations/host/rebuild-store.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import type { StoredFinding } from '../../apps/countersign/src/store/sqlite/finding-table.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { IS_LONG } from '../../tools/property.ts';

const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-03-02T23:50:00Z');
const OPTIONS = { clock: systemClock, random: systemRandom };

const root = mkdtempSync(join(tmpdir(), 'countersign-sigma-'));
after(() => rmSync(root, { recursive: true, force: true }));

const LOGSOURCE = 'logsource: { product: countersign, service: records }';

const DELETION = `
title: A file was deleted for good
id: 00000000-0000-4000-8000-00000000000a
level: low
tags: [attack.t1485]
${LOGSOURCE}
detection:
  selection: { operation: filedeletedfirststagerecyclebin }
  condition: selection
countersign: { version: 1, says: '{actor} deleted {object}' }
`;

const MASS = `
title: A person deletes much
id: 00000000-0000-4000-8000-00000000000b
name: mass
level: high
tags: [attack.t1485]
correlation:
  type: event_count
  rules: [deleted]
  group-by: [actor_name]
  timespan: 15m
  condition: { gte: 3 }
---
title: A file was deleted
name: deleted
id: 00000000-0000-4000-8000-00000000000c
${LOGSOURCE}
detection:
  selection: { operation: filedeleted }
  condition: selection
---
title: Several people delete much
id: 00000000-0000-4000-8000-00000000000d
level: critical
correlation:
  type: value_count
  rules: [mass]
  timespan: 2h
  condition: { field: actor_name, gte: 2 }
  generate: true
`;

type DeletionRecord = { readonly n: number; readonly user: string; readonly minute: number };

function record({ n, user, minute }: DeletionRecord, operation = 'FileDeleted'): object {
  return {
    CreationTime: (instantOfMs(START_MS + minute * MINUTE_MS) ?? '').slice(0, 19),
    Id: `0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f${String(n).padStart(4, '0')}`,
    Operation: operation,
    OrganizationId: TENANT,
    RecordType: 6,
    UserId: `${user}@northmoor.example`,
    ObjectId: `https://northmoor.example/${n}`,
    Workload: 'SharePoint',
  };
}

function byTime(a: object, b: object): number {
  const timeOf = (of: object): string => (of as { CreationTime: string }).CreationTime;
  return timeOf(a) < timeOf(b) ? -1 : 1;
}

async function open(name: string, yaml: string): Promise<HostWriter> {
  const rules = [{ path: 'rules.yml', text: yaml }];
  const detection = detectionOf(ruleContent({ rules, pipelines: [] }));
  assert.deepEqual(detection.content.problems, []);
  return openLedgerWriter({ dir: join(root, name), ...OPTIONS, detection });
}

async function take(
  writer: HostWriter,
  records: readonly object[],
  { workers = 2, detectors }: { workers?: number; detectors?: readonly Detector[] } = {},
): Promise<void> {
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(records.map((each) => `${JSON.stringify(each)}\n`).join(''));
  };
  const inputs = [{ kind: 'stream', bytes: bytes() } as const];
  const { warnings } = await importPaths(writer, {
    inputs,
    actor: Actor,
    workers,
    afterImport: () => runDetection(writer, detectors),
  });
  assert.ok(!warnings.some(({ text }) => /could not judge/.test(text)), JSON.stringify(warnings));
}

async function findings(name: string): Promise<readonly StoredFinding[]> {
  const store = await StoreReader.open(join(root, name));
  try {
    return store.findings.list();
  } finally {
    store.close();
  }
}

/** Findings without ledger indices, which depend on the import order. */
function shown(found: readonly StoredFinding[]): string[] {
  return found.map(({ uid, draft }) => {
    const { title, windowMs, firstMs, lastMs, entries, severity } = draft;
    return JSON.stringify([uid, title, windowMs, firstMs, lastMs, entries.length, severity]);
  });
}

const titles = (found: readonly StoredFinding[]): string[] => found.map(({ draft }) => draft.title);

test('a matching record gives a finding with actor and action', async () => {
  const writer = await open('one', DELETION);
  const deletion = { n: 1, user: 'freya', minute: 0 };
  await take(writer, [
    record(deletion, 'FileDeletedFirstStageRecycleBin'),
    record({ ...deletion, n: 2 }),
  ]);
  await closeWriter(writer);
  const [found, ...more] = await findings('one');
  assert.deepEqual(more, []);
  assert.equal(found?.draft.title, 'freya@northmoor.example deleted https://northmoor.example/1');
  assert.deepEqual(found?.draft.principals, ['user:freya@northmoor.example']);
  assert.deepEqual([found?.draft.severity, found?.draft.techniques], [2, ['T1485']]);
});

/** Four deletions by each of two people, across midnight, and one by a third. */
const MANY: readonly object[] = [
  ...[0, 4, 8, 12].map((minute, n) => record({ n, user: 'freya', minute })),
  ...[30, 34, 38, 90].map((minute, n) => record({ n: 10 + n, user: 'ada', minute })),
  record({ n: 20, user: 'eve', minute: 5 }),
];

test('windows slide over midnight, and correlations of correlations see them', async () => {
  const writer = await open('many', MASS);
  await take(writer, MANY);
  await closeWriter(writer);
  const found = await findings('many');
  const dayOf = ({ draft }: StoredFinding): string => new Date(draft.windowMs).toISOString();
  assert.deepEqual(found.map((each) => `${each.draft.title} ${dayOf(each).slice(0, 10)}`).sort(), [
    'A person deletes much: ada@northmoor.example 2026-03-03',
    'A person deletes much: freya@northmoor.example 2026-03-02',
    'A person deletes much: freya@northmoor.example 2026-03-03',
    'Several people delete much: freya@northmoor.example, ada@northmoor.example 2026-03-03',
  ]);
});

test('the order and split of records do not change findings', async () => {
  const parts: readonly (readonly object[])[] = [
    [...MANY].reverse(),
    MANY.filter((_, at) => at % 2 === 0),
    MANY.filter((_, at) => at % 2 === 1),
  ];
  const [reversed = [], even = [], odd = []] = parts;
  const whole = await open('reversed', MASS);
  await take(whole, reversed);
  await closeWriter(whole);
  const split = await open('split', MASS);
  await take(split, odd);
  await take(split, even);
  await closeWriter(split);
  assert.deepEqual(shown(await findings('reversed')), shown(await findings('many')));
  assert.deepEqual(shown(await findings('split')), shown(await findings('many')));
});

const STEPS = `
title: A site was emptied
id: 00000000-0000-4000-8000-000000000010
level: high
correlation:
  { type: temporal_ordered, rules: [opened, emptied], group-by: [actor_name], timespan: 1h }
---
title: First
name: opened
${LOGSOURCE}
detection: { selection: { operation: fileaccessed }, condition: selection }
---
title: Second
name: emptied
${LOGSOURCE}
detection: { selection: { operation: filedeleted }, condition: selection }
`;

test('a first step that arrives after, before or in another import changes nothing', async () => {
  const ofAda = (minute: number): object => record({ n: 900 + minute, user: 'ada', minute });
  const first = [record({ n: 900, user: 'ada', minute: 5 }, 'FileAccessed')];
  // Before the first step, within the hour, and too late; and by another person.
  const second = [...[0, 6, 20, 64, 66, 5000].map(ofAda), ...MANY.slice(0, 4)];
  const splits = [
    [[...first, ...second]],
    [[...second, ...first]],
    [first, second],
    [second, first],
    [second.slice(0, 2), first, second.slice(2)],
  ];
  for (const [at, imports] of splits.entries()) {
    const writer = await open(`steps-${at}`, STEPS);
    for (const records of imports) await take(writer, records);
    await closeWriter(writer);
    const found = await findings(`steps-${at}`);
    assert.deepEqual(shown(found), shown(await findings('steps-0')));
    assert.deepEqual(
      found.map(({ draft }) => draft.entries.length).sort((a, b) => a - b),
      [2, 4],
    );
  }
});

test('the same record from another source is one action, and counts once', async () => {
  const writer = await open('twice', MASS);
  await take(writer, MANY.slice(0, 2));
  const seenAgain = MANY.slice(0, 2).map((each) => {
    const { Id: id, CreationTime: createdDateTime } = each as { Id: string; CreationTime: string };
    return { id, createdDateTime, service: 'SharePoint', auditData: each };
  });
  await take(writer, seenAgain);
  await closeWriter(writer);
  assert.deepEqual(await findings('twice'), []);
});

test('a rebuild finds the same, and appends nothing', async () => {
  const writer = await open('again', MASS);
  await take(writer, MANY);
  const { size } = writer.ledger;
  const { detection } = writer;
  await closeWriter(writer);
  const rebuilt = await rebuild({ dir: join(root, 'again'), ...OPTIONS, detection });
  assert.equal(rebuilt.ledger.size, size);
  await take(rebuilt, MANY.slice(0, 1));
  assert.equal(rebuilt.store.indicesOfKind('finding').length, 4);
  await closeWriter(rebuilt);
  assert.deepEqual(shown(await findings('again')), shown(await findings('many')));
  assert.deepEqual((await fsck({ dir: join(root, 'again'), threads: 0 })).problems, []);
});

test('changed rules are evaluated on everything in the ledger', async () => {
  const writer = await open('changed', DELETION);
  await take(writer, MANY);
  await closeWriter(writer);
  assert.deepEqual(await findings('changed'), []);
  const other = await open('changed', MASS);
  await take(other, [record({ n: 30, user: 'nobody', minute: 500 })]);
  await closeWriter(other);
  assert.deepEqual(titles(await findings('changed')).sort(), titles(await findings('many')).sort());
  // Without that rule nothing new is reported; earlier findings stay.
  const back = await open('changed', DELETION);
  await take(back, [record({ n: 31, user: 'nobody', minute: 501 })]);
  await closeWriter(back);
  assert.equal((await findings('changed')).length, 4);
});

const NOISE = Array.from({ length: 20_001 }, (_, n) => ({
  ...record({ n: 0, user: `user${n}`, minute: 0 }, 'FileAccessed'),
  Id: `0d5ab8c6-7d2f-4f34-9a3a-0000${String(n).padStart(8, '0')}`,
}));

/** A rule that matches everything, beside others. */
function everything(others: string): string {
  return `
title: Everything
id: 00000000-0000-4000-8000-00000000000e
${LOGSOURCE}
detection: { selection: { source: '*' }, condition: selection }
---${others}`;
}

test('a rule that matches everything is reported once, in place of its findings', async () => {
  const writer = await open('everything', everything(MASS));
  await take(writer, [...NOISE, ...MANY]);
  await closeWriter(writer);
  const found = await findings('everything');
  const [throttled, ...more] = found.filter(({ draft }) => draft.rule === 'sigma/throttled');
  assert.deepEqual(more, []);
  assert.match(throttled?.draft.title ?? '', /"Everything" matched more than 20000 records/);
  const others = found.filter(({ draft }) => draft.title.startsWith('Everything'));
  // The next day it matches only a few records.
  assert.ok(others.every(({ draft }) => draft.windowMs > START_MS));
  assert.equal(found.filter(({ draft }) => /much|matched more/.test(draft.title)).length, 5);
});

test('a rule that an attacker throttles withdraws no earlier finding', async () => {
  const writer = await open('flooded', everything(DELETION));
  await take(writer, [record({ n: 1, user: 'ada', minute: 0 })]);
  const early = titles(await findings('flooded'));
  assert.deepEqual(early, ['Everything: ada@northmoor.example']);
  // The same person again, which makes that day's groups due for evaluation.
  await take(writer, [...NOISE, record({ n: 2, user: 'ada', minute: 1 })]);
  await closeWriter(writer);
  const said = titles(await findings('flooded')).filter(
    (title) => !/matched more than/.test(title),
  );
  assert.deepEqual(said, early);
});

test('an erasure between import and detection hides no throttled rule', async () => {
  const writer = await open('flood-erased', everything(MASS));
  // One worker, so that one batch exceeds the limit and no group keeps a signal.
  await take(writer, NOISE, { workers: 1, detectors: [] });
  const selection = { names: ['user1@northmoor.example'] };
  await erase(writer, { selection, case: 'C-1', reason: 'r', actor: Actor, whenNothing: 'refuse' });
  await runDetection(writer);
  assert.match(String(titles(await findings('flood-erased'))), /matched more than 20000 records/);
  await take(writer, [record({ n: 3, user: 'ada', minute: 2 })]);
  await closeWriter(writer);
  assert.equal((await findings('flood-erased')).length, 1, 'it is reported once');
});

test('records that arrive days late and out of order change nothing', async () => {
  const days = [0, 5, 2, 9];
  const late = days.flatMap((day) =>
    [0, 4, 8].map((minute) =>
      record({ n: 500 + day * 10 + minute, user: 'freya', minute: day * 1440 + minute }),
    ),
  );
  const inOrder = await open('in-order', MASS);
  await take(inOrder, [...late].sort(byTime));
  await closeWriter(inOrder);
  const disordered = await open('disordered', MASS);
  // The last days first, and on each day some records long after the others.
  const backwards = [...late].reverse();
  await take(
    disordered,
    backwards.filter((_, at) => at % 2 === 0),
  );
  await take(
    disordered,
    backwards.filter((_, at) => at % 2 === 1),
  );
  await closeWriter(disordered);
  const wanted = shown(await findings('in-order'));
  assert.equal(wanted.length, days.length);
  assert.deepEqual(shown(await findings('disordered')), wanted);
});

/** A million in the long form. */
const GROUPS = IS_LONG ? 1_000_000 : 3_000;

test('a correlation over very many groups finds the one that counts', async () => {
  const crowd = Array.from({ length: GROUPS }, (_, n) => ({
    ...record({ n: 0, user: `user${n}`, minute: n % 600 }),
    Id: `0d5ab8c6-7d2f-4f34-9a3a-1000${String(n).padStart(8, '0')}`,
  }));
  const writer = await open('groups', MASS);
  await take(writer, [...crowd, ...MANY]);
  await closeWriter(writer);
  const found = titles(await findings('groups')).sort();
  assert.deepEqual(found, titles(await findings('many')).sort());
});

test("an erasure removes a person's signals", async () => {
  const writer = await open('erased', MASS);
  await take(writer, MANY);
  const selection = { names: ['freya@northmoor.example'] };
  await erase(writer, { selection, case: 'C-1', reason: 'r', actor: Actor, whenNothing: 'refuse' });
  const kept = titles(await findings('erased'));
  assert.deepEqual(kept, ['A person deletes much: ada@northmoor.example']);
  await take(writer, [record({ n: 40, user: 'freya', minute: 13 })]);
  await closeWriter(writer);
  assert.deepEqual(titles(await findings('erased')), kept);
});

const MEMBERS = `
title: Evil was added to a group
id: 00000000-0000-4000-8000-00000000000f
level: high
${LOGSOURCE}
detection:
  selection: { Members: evil }
  condition: selection
`;

test('an event behind more values than are compared is reported as unseen', async () => {
  const writer = await open('values', MEMBERS);
  const members = Array.from({ length: 1_000 }, (_, at) => `m${at}`);
  const at = { user: 'ada', minute: 0 };
  await take(writer, [
    { ...record({ n: 1, ...at }), Members: [...members, 'evil'] },
    { ...record({ n: 2, ...at }), Members: ['evil', ...members] },
    { ...record({ n: 3, ...at }), Members: members },
  ]);
  await closeWriter(writer);
  const all = (await findings('values')).toSorted((a, b) => b.draft.severity - a.draft.severity);
  const found = all.map(({ draft }) => [draft.rule, draft.severity, draft.entries.length]);
  assert.deepEqual(found, [
    ['00000000-0000-4000-8000-00000000000f', 4, 1],
    ['sigma/throttled', 2, 1],
  ]);
});
