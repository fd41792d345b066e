import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { instantOfMs, systemClock, systemRandom, tenantId } from '@countersign/core';
import { fsck, LedgerReader } from '@countersign/ledger';
import { ruleContent } from '../../apps/countersign/src/detection/rules/rule-content.ts';
import type {
  Detector,
  DetectorInput,
} from '../../apps/countersign/src/detection/runner/detector.ts';
import type {
  DetectorResult,
  UnfinishedWindow,
} from '../../apps/countersign/src/detection/runner/detector-result.ts';
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
import { query } from '../../apps/countersign/src/store/query/user-query.ts';
import type { FindingDraft } from '../../apps/countersign/src/store/rows/finding.ts';
import type { StoredFinding } from '../../apps/countersign/src/store/sqlite/finding-table.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';

const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const TENANT = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const HOUR_MS = 3_600_000;
const DAY_MS = Date.parse('2026-03-02T00:00:00Z');
const ALL = { fromMs: -8.64e15, toMs: 8.64e15 };

const root = mkdtempSync(join(tmpdir(), 'countersign-watch-'));
after(() => rmSync(root, { recursive: true, force: true }));

type DeletionRecord = { readonly n: number; readonly user: string; readonly hour: number };

function line({ n, user, hour }: DeletionRecord): string {
  const record = {
    CreationTime: (instantOfMs(DAY_MS + hour * HOUR_MS) ?? '').slice(0, 19),
    Id: `0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f${String(n).padStart(4, '0')}`,
    Operation: 'FileDeleted',
    OrganizationId: TENANT,
    RecordType: 6,
    UserId: `${user}@northmoor.example`,
    Workload: 'SharePoint',
  };
  return `${JSON.stringify(record)}\n`;
}

/** Rules and hours that the detector reports as not examined. */
type Blind = { readonly rules: readonly string[]; readonly hours: readonly [number, number] };

/** Finds people who deleted at least two and fewer than `most` files in an hour. */
class Deletions implements Detector {
  readonly name = 'test/deletions';
  readonly hears = 'events';
  readonly profiles = [];
  readonly asked: DetectorInput[] = [];
  readonly most: number;
  readonly cutShort: readonly UnfinishedWindow[];

  constructor(most = Number.POSITIVE_INFINITY, ...blind: readonly Blind[]) {
    this.most = most;
    this.cutShort = blind.map(({ rules, hours: [from, to] }) => {
      return { rules, from: DAY_MS + from * HOUR_MS, to: DAY_MS + to * HOUR_MS };
    });
  }

  async *detect(context: DetectorInput): AsyncGenerator<DetectorResult> {
    this.asked.push(context);
    const covers = context.touched.map(({ from, to }) => ({
      from: Math.floor(from / HOUR_MS) * HOUR_MS,
      to: Math.ceil(to / HOUR_MS) * HOUR_MS,
    }));
    const drafts: FindingDraft[] = [];
    for (const { from, to } of covers) {
      const rows = await gather(context.store.eventsOf(TENANT, { fromMs: from, toMs: to }));
      const whole = rows.filter(({ erased }) => !erased);
      const groups = Map.groupBy(whole, ({ event }) => {
        return `${event.actorName} ${Math.floor(event.timeMs / HOUR_MS)}`;
      });
      for (const [group, found] of groups) {
        if (found.length < 2 || found.length >= this.most) continue;
        drafts.push(draftOf(group, found));
      }
    }
    yield { drafts, covers, cutShort: this.cutShort };
  }
}

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

type Row = { readonly index: number; readonly event: { timeMs: number; actorName: string | null } };

function draftOf(group: string, rows: readonly Row[]): FindingDraft {
  const times = rows.map(({ event }) => event.timeMs);
  const firstMs = Math.min(...times);
  return {
    rule: 'test/deletions',
    version: 1,
    tenant: TENANT,
    group,
    windowMs: Math.floor(firstMs / HOUR_MS) * HOUR_MS,
    title: `${rows[0]?.event.actorName} deleted ${rows.length} files`,
    message: 'More than one in an hour.',
    next: 'Ask.',
    severity: 3,
    techniques: ['T1485'],
    entries: rows.map(({ index }) => index).reverse(),
    firstMs,
    lastMs: Math.max(...times),
    principals: [`user:${rows[0]?.event.actorName}`],
    sessions: [],
    apps: [],
    addresses: [],
    confidence: null,
  };
}

async function open(name: string, ...detectors: Detector[]): Promise<HostWriter> {
  const dir = join(root, name);
  const detection = detectionOf(ruleContent({ rules: [], pipelines: [] }), detectors);
  return openLedgerWriter({ dir, clock: systemClock, random: systemRandom, detection });
}

async function take(
  writer: HostWriter,
  records: readonly DeletionRecord[],
): Promise<readonly string[]> {
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(records.map(line).join(''));
  };
  const inputs = [{ kind: 'stream', bytes: bytes() } as const];
  const { warnings } = await importPaths(writer, {
    inputs,
    actor: Actor,
    workers: 1,
    afterImport: () => runDetection(writer),
  });
  return warnings.map(({ text }) => text);
}

async function findings(name: string): Promise<readonly StoredFinding[]> {
  const store = await StoreReader.open(join(root, name));
  try {
    return store.findings.list({ windows: ALL });
  } finally {
    store.close();
  }
}

const TWICE: readonly DeletionRecord[] = [
  { n: 1, user: 'freya', hour: 9 },
  { n: 2, user: 'freya', hour: 9 },
  { n: 3, user: 'ada', hour: 9 },
];

test('a finding is one entry, with its evidence in order', async () => {
  const writer = await open('once', new Deletions());
  await take(writer, TWICE);
  const { size } = writer.ledger;
  await take(writer, TWICE);
  assert.equal(writer.store.indicesOfKind('finding').length, 1);
  // The second import and its own entries; no new finding.
  assert.equal(writer.ledger.size - size, 3);
  await closeWriter(writer);
  const [found, ...more] = await findings('once');
  assert.deepEqual(more, []);
  assert.equal(found?.draft.title, 'freya@northmoor.example deleted 2 files');
  assert.deepEqual(found?.draft.entries, [1, 2]);
  const dir = join(root, 'once');
  const reader = await LedgerReader.open(dir);
  const { leaf } = await reader.leaf(found?.index ?? -1);
  reader.close();
  assert.deepEqual([leaf.kind, leaf.source], ['finding', 'countersign/finding']);
  assert.equal(leaf.at, '2026-03-02T09:00:00Z');
  // A finding's id can be computed from a name, so it must not appear in a leaf.
  assert.notEqual(leaf.id, found?.uid);
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
});

test('later records make a revision; their order does not matter', async () => {
  const more: readonly DeletionRecord[] = [
    { n: 4, user: 'freya', hour: 9 },
    { n: 5, user: 'ada', hour: 9 },
    { n: 6, user: 'ada', hour: 30 },
  ];
  const detector = new Deletions();
  const writer = await open('revised', detector);
  await take(writer, TWICE);
  await take(writer, more);
  await closeWriter(writer);
  assert.equal(detector.asked.length, 2);
  const backwards = await open('backwards', new Deletions());
  await take(backwards, [...more].reverse());
  await take(backwards, [...TWICE].reverse());
  await closeWriter(backwards);
  const texts = (of: readonly StoredFinding[]): string[] =>
    of.map(({ uid, draft }) => `${uid} ${draft.title}`).sort();
  const found = await findings('revised');
  assert.deepEqual(texts(found), texts(await findings('backwards')));
  assert.deepEqual(
    found.map(({ draft, revisions }) => `${draft.title}, ${revisions.length}`).sort(),
    ['ada@northmoor.example deleted 2 files, 1', 'freya@northmoor.example deleted 3 files, 2'],
  );
});

test('later records withdraw a finding, and others report it again', async () => {
  const writer = await open('back', new Deletions(3));
  await take(writer, TWICE);
  assert.equal((await findings('back')).length, 1);
  await take(writer, [{ n: 4, user: 'freya', hour: 9 }]);
  assert.deepEqual(await findings('back'), []);
  const last = writer.store.indicesOfKind('finding').at(-1) ?? -1;
  await closeWriter(writer);
  const tolerant = await open('back', new Deletions(4));
  await take(tolerant, [{ n: 5, user: 'ada', hour: 9 }]);
  await closeWriter(tolerant);
  const found = await findings('back');
  assert.deepEqual(found.map(({ draft }) => draft.title).sort(), [
    'ada@northmoor.example deleted 2 files',
    'freya@northmoor.example deleted 3 files',
  ]);
  assert.ok(found.some(({ revisions }) => revisions.includes(last)));
});

test('an incomplete run withdraws nothing that it did not examine', async () => {
  const rules = ['test/deletions'];
  const cases = [
    { name: 'flooded', blind: { rules, hours: [9, 10] }, kept: 1 },
    { name: 'another-hour', blind: { rules, hours: [10, 11] }, kept: 0 },
    { name: 'another-rule', blind: { rules: ['test/else'], hours: [9, 10] }, kept: 0 },
  ] as const;
  for (const { name, blind, kept } of cases) {
    const writer = await open(name, new Deletions(3, blind));
    await take(writer, TWICE);
    await take(writer, [{ n: 4, user: 'freya', hour: 9 }]);
    await closeWriter(writer);
    assert.equal((await findings(name)).length, kept, name);
  }
});

test('after a rebuild all findings are there, and none is repeated', async () => {
  const writer = await open('rebuilt', new Deletions());
  await take(writer, TWICE);
  await take(writer, [{ n: 4, user: 'freya', hour: 9 }]);
  await closeWriter(writer);
  const before = await findings('rebuilt');
  const dir = join(root, 'rebuilt');
  const detector = new Deletions();
  const detection = detectionOf(ruleContent({ rules: [], pipelines: [] }), [detector]);
  const rebuilt = await rebuild({ dir, clock: systemClock, random: systemRandom, detection });
  assert.deepEqual(await findings('rebuilt'), before);
  await take(rebuilt, TWICE);
  assert.equal(rebuilt.store.indicesOfKind('finding').length, 2);
  assert.equal(detector.asked.length, 1);
  await closeWriter(rebuilt);
  assert.deepEqual(await findings('rebuilt'), before);
});

test('a failing detector stops neither the import nor others, and runs again', async () => {
  let isBroken = true;
  const ofGroup = (group: string): FindingDraft =>
    draftOf(group, [{ index: 1, event: { timeMs: 7, actorName: 'x' } }]);
  const broken: Detector = {
    name: 'test/broken',
    hears: 'events',
    profiles: [],
    async *detect() {
      yield { drafts: [ofGroup('before it broke')], covers: [] };
      if (isBroken) throw new RangeError('a window without an end');
      yield { drafts: [ofGroup('mended')], covers: [] };
    },
  };
  const writer = await open('broken', broken, new Deletions());
  const warnings = await take(writer, TWICE);
  assert.ok(
    warnings.some((text) =>
      /^test\/broken: .* failed and does not run: a window without an end$/.test(text),
    ),
  );
  const groups = async (): Promise<string[]> =>
    (await findings('broken'))
      .filter(({ draft: { rule } }) => rule === 'test/deletions')
      .map(({ draft: { group }, revision }) => `${group} ${revision}`)
      .sort();
  assert.deepEqual(await groups(), ['before it broke 0', 'freya@northmoor.example 492345 0']);
  isBroken = false;
  await take(writer, [{ n: 9, user: 'eve', hour: 50 }]);
  await closeWriter(writer);
  const after = ['before it broke 0', 'freya@northmoor.example 492345 0', 'mended 0'];
  assert.deepEqual(await groups(), after, 'what was said is not said twice');
});

test('discards the results of an overtaken run', async () => {
  const saying = (group: string): DetectorResult => ({
    drafts: [draftOf(group, [{ index: 1, event: { timeMs: 7, actorName: 'x' } }])],
    covers: [{ from: 0, to: HOUR_MS }],
  });
  const until = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const about = { name: 'test/one', hears: 'events', profiles: [] } as const;
  const slow: Detector = {
    ...about,
    async *detect() {
      begun.resolve();
      await until.promise;
      yield saying('out of date');
    },
  };
  const quick: Detector = {
    ...about,
    async *detect() {
      yield saying('found later');
    },
  };
  const writer = await open('overtaken');
  await take(writer, TWICE);
  const earlier = runDetection(writer, [slow]);
  await begun.promise;
  await runDetection(writer, [quick]);
  until.resolve();
  assert.deepEqual((await earlier).failures, []);
  await closeWriter(writer);
  const store = await StoreReader.open(join(root, 'overtaken'));
  const said = store.findings.history().map(({ draft, state }) => `${draft.group} ${state}`);
  store.close();
  assert.deepEqual(said, ['found later open']);
});

test('enters results in detector order, with any number of parts', async () => {
  const parts = 30;
  const detectorOf = (name: string, reads: 'events' | 'state', startMs: number): Detector => ({
    ...{ name, hears: 'events', profiles: [], reads },
    async *detect() {
      for (let part = 0; part < parts; part++) {
        const drafts = Array.from({ length: 100 }, (_, i) => {
          const at = { timeMs: startMs + part * HOUR_MS, actorName: 'x' };
          return { ...draftOf(`${name} ${i}`, [{ index: 1, event: at }]), rule: name };
        });
        yield { drafts, covers: [{ from: startMs, to: startMs + (part + 1) * HOUR_MS }] };
      }
    },
  });
  const detectors = [
    detectorOf('test/first', 'state', 0),
    detectorOf('test/second', 'events', 0),
    detectorOf('test/third', 'state', 0),
    detectorOf('test/fourth', 'events', 0),
  ];
  const writer = await open('parts', ...detectors);
  await take(writer, TWICE);
  await closeWriter(writer);
  const store = await StoreReader.open(join(root, 'parts'));
  const said = store.findings.history();
  store.close();
  const order = [...new Set(said.map(({ detector }) => detector))];
  assert.deepEqual(
    order,
    detectors.map(({ name }) => name),
  );
  const first = said.filter(({ detector, state }) => detector === 'test/first' && state === 'open');
  assert.equal(first.length, parts * 100, 'each once');
  const inOrder = first.map(({ draft: { windowMs } }) => windowMs);
  assert.deepEqual(
    inOrder,
    inOrder.toSorted((a, b) => a - b),
  );
  const taken = said.filter(({ state }) => state === 'withdrawn');
  assert.ok(taken.length > 0 && taken.every(({ draft }) => draft.windowMs < parts * HOUR_MS));
});

test("an erasure removes a person's name from findings, and withdraws nothing", async () => {
  const writer = await open('erased', new Deletions());
  await take(writer, TWICE);
  const selection = { names: ['freya@northmoor.example'] };
  await erase(writer, { selection, case: 'C-1', reason: 'r', actor: Actor, whenNothing: 'refuse' });
  assert.deepEqual(await findings('erased'), []);
  await take(writer, [{ n: 4, user: 'freya', hour: 9 }]);
  await closeWriter(writer);
  assert.deepEqual(await findings('erased'), []);
});

test('SQL shows each finding once, in its latest revision', async () => {
  const writer = await open('sql', new Deletions());
  await take(writer, TWICE);
  await take(writer, [{ n: 4, user: 'freya', hour: 9 }]);
  await closeWriter(writer);
  const sql = 'SELECT title, rule, severity_id, status_id, techniques, len(entries) FROM findings';
  const result = await query(join(root, 'sql'), sql);
  const rows = (await gather(result.rows)).flat();
  assert.deepEqual(rows, [
    ['freya@northmoor.example deleted 3 files', 'test/deletions', 3, 1, ['T1485'], 3],
  ]);
});
