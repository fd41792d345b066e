import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { instantOfMs, systemClock, systemRandom, tenantId } from '@countersign/core';
import { FAILED } from '../../apps/countersign/src/detection/findings/failure.ts';
import { detectorHealth } from '../../apps/countersign/src/detection/health/detector-health.ts';
import {
  type RuleContent,
  ruleContent,
} from '../../apps/countersign/src/detection/rules/rule-content.ts';
import type { Detector } from '../../apps/countersign/src/detection/runner/detector.ts';
import { type ImportReport, importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import { detectionOf } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import type { HostWriter } from '../../apps/countersign/src/operations/host/open-writer.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { rebuild } from '../../apps/countersign/src/operations/host/rebuild-store.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import type { EventRow } from '../../apps/countersign/src/store/rows/event-row.ts';
import type { FindingDraft } from '../../apps/countersign/src/store/rows/finding.ts';
import type { StoredFinding } from '../../apps/countersign/src/store/sqlite/finding-table.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';

const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const TENANT = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const START_MS = Date.parse('2026-03-02T09:00:00Z');
const MINUTE_MS = 60_000;

const root = mkdtempSync(join(tmpdir(), 'countersign-isolation-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Records of deletions, one a minute, by these people; who is called a recycler recycles. */
async function take(
  writer: HostWriter,
  users: readonly string[],
  first = 0,
): Promise<ImportReport> {
  const lines = users.map((user, i) => {
    const n = first + i;
    const record = {
      CreationTime: (instantOfMs(START_MS + n * MINUTE_MS) ?? '').slice(0, 19),
      Id: `0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f${String(n).padStart(4, '0')}`,
      Operation: user.startsWith('recycler') ? 'FileRecycled' : 'FileDeleted',
      OrganizationId: TENANT,
      RecordType: 6,
      UserId: `${user}@northmoor.example`,
      Workload: 'SharePoint',
    };
    return `${JSON.stringify(record)}\n`;
  });
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(lines.join(''));
  };
  const inputs = [{ kind: 'stream', bytes: bytes() } as const];
  return importPaths(writer, {
    inputs,
    actor: Actor,
    workers: 1,
    afterImport: () => runDetection(writer),
  });
}

/** Finds each person who deleted something. Throws on the people that the test selects. */
function detector(name: string, throwsOn: (user: string) => boolean = () => false): Detector {
  const profiles = [{ id: name, title: `What ${name} finds`, detector: name, logs: [] }];
  return {
    ...({ name, hears: 'events', profiles } as const),
    async *detect({ store, touched }) {
      const drafts: FindingDraft[] = [];
      for await (const { index, event } of store.eventsOf(TENANT, {})) {
        const user = event.actorName ?? '';
        if (throwsOn(user)) throw new TypeError(`cannot read ${user}`);
        drafts.push(draftOf(name, user, index, event.timeMs));
      }
      yield { drafts, covers: touched };
    },
  };
}

function draftOf(rule: string, group: string, index: number, atMs: number): FindingDraft {
  return {
    ...{ rule, version: 1, tenant: TENANT, group, windowMs: START_MS, title: `${group} deleted` },
    ...{ message: 'A file.', next: 'Ask.', severity: 3, techniques: [], entries: [index] },
    ...{ firstMs: atMs, lastMs: atMs, principals: [`user:${group}`], sessions: [], apps: [] },
    ...{ addresses: [], confidence: null },
  };
}

function open(name: string, detectors: readonly Detector[]): Promise<HostWriter> {
  const detection = detectionOf(ruleContent({ rules: [], pipelines: [] }), detectors);
  const dir = join(root, name);
  return openLedgerWriter({ dir, clock: systemClock, random: systemRandom, detection });
}

async function read<T>(name: string, work: (store: StoreReader) => T | Promise<T>): Promise<T> {
  const store = await StoreReader.open(join(root, name));
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

function groupsOf(found: readonly StoredFinding[], of: string): string[] {
  const own = found.filter(({ draft: { rule } }) => rule === of);
  return own.map(({ draft: { group } }) => group.replace('@northmoor.example', '')).sort();
}

test('two findings with one id are merged with the evidence of both', async () => {
  const writer = await open('same', [detector('test/first'), detector('test/second')]);
  const { failed, warnings } = await take(writer, ['freya', 'ada', 'freya']);
  await closeWriter(writer);
  assert.deepEqual([failed, warnings], [[], []]);
  await read('same', (store) => {
    const found = store.findings.list();
    for (const name of ['test/first', 'test/second']) {
      assert.deepEqual(groupsOf(found, name), ['ada', 'freya']);
      const freya = found.find(({ draft }) => draft.rule === name && draft.group.startsWith('fr'));
      assert.equal(freya?.draft.entries.length, 2);
      assert.equal(freya?.draft.lastMs, START_MS + 2 * MINUTE_MS);
    }
  });
});

test('finds, names and skips only the entry that a detector throws on', async () => {
  const isBad = (user: string): boolean => user.startsWith('bad');
  const detectors = [detector('test/picky', isBad), detector('test/sound')];
  const writer = await open('picky', detectors);
  const report = await take(writer, ['ada', 'bad', 'freya', 'eve']);
  assert.equal(report.failed.length, 1);
  assert.match(
    report.failed[0] ?? '',
    /^The detector "What test\/picky finds" failed on entry \d+/,
  );
  assert.ok(report.warnings.some(({ text }) => /cannot read bad@/.test(text)));
  const sizeAfter = writer.ledger.size;
  // More records of the same kind: it examines all but the skipped entry, and repeats nothing.
  const again = await take(writer, ['zoe', 'bad2'], 10);
  assert.equal(again.failed.length, 2);
  await closeWriter(writer);
  assert.ok(sizeAfter > 0);
  await read('picky', (store) => {
    const found = store.findings.list();
    assert.deepEqual(groupsOf(found, 'test/picky'), ['ada', 'eve', 'freya', 'zoe']);
    assert.deepEqual(groupsOf(found, 'test/sound'), ['ada', 'bad', 'bad2', 'eve', 'freya', 'zoe']);
    const failures = found.filter(({ draft: { rule } }) => rule === FAILED);
    const named = failures.map(({ draft: { entries } }) => entries);
    const sound = found.filter(({ draft }) => draft.rule === 'test/sound' && isBad(draft.group));
    assert.deepEqual(new Set(named.flat()), new Set(sound.flatMap(({ draft }) => draft.entries)));
    const profiles = detectors.flatMap(({ profiles }) => profiles);
    const scope = { kind: 'now', nowMs: START_MS } as const;
    const states = detectorHealth(store, profiles, { scope, nowMs: START_MS }).map(
      ({ health }) => health,
    );
    assert.deepEqual(
      states.map(({ state }) => state),
      ['failed', 'blind'],
    );
    assert.equal(states[0]?.sinceMs, failures[0]?.draft.windowMs);
    assert.match(
      states[0]?.because ?? '',
      /failed on entry \d+ and skips it \(and 1 more failure\)/,
    );
  });
});

test('a failure outlives restarts, is reported once, and ends with its repair', async () => {
  const isBad = (user: string): boolean => user.startsWith('bad');
  const broken = detector('test/picky', isBad);
  const writer = await open('repaired', [broken]);
  await take(writer, ['ada', 'bad']);
  await closeWriter(writer);
  const detection = detectionOf(ruleContent({ rules: [], pipelines: [] }), [broken]);
  const dir = join(root, 'repaired');
  const rebuilt = await rebuild({ dir, clock: systemClock, random: systemRandom, detection });
  await take(rebuilt, ['freya'], 5);
  await closeWriter(rebuilt);
  const after = await open('repaired', [broken]);
  const { failed } = await take(after, ['eve'], 6);
  assert.equal(failed.length, 1);
  await closeWriter(after);
  await read('repaired', (store) => {
    const said = store.findings.history().filter(({ draft: { rule } }) => rule === FAILED);
    assert.deepEqual(
      said.map(({ state, revision }) => `${state} ${revision}`),
      ['open 0'],
    );
  });
  const repaired = await open('repaired', [detector('test/picky')]);
  assert.deepEqual((await take(repaired, ['zoe'], 7)).failed, []);
  await closeWriter(repaired);
  await read('repaired', (store) => {
    const said = store.findings.history().filter(({ draft: { rule } }) => rule === FAILED);
    assert.deepEqual(
      said.map(({ state }) => state),
      ['open', 'withdrawn'],
    );
    assert.equal(said.at(-1)?.because, 'the detector ran again and did not fail');
    assert.deepEqual(groupsOf(store.findings.list(), 'test/picky'), [
      'ada',
      'bad',
      'eve',
      'freya',
      'zoe',
    ]);
  });
});

test('a detector that fails on any input does not run, and reports that', async () => {
  const broken: Detector = {
    ...detector('test/broken'),
    // biome-ignore lint/correctness/useYield: it has nothing to say.
    async *detect() {
      throw new RangeError('always');
    },
  };
  const writer = await open('broken', [broken, detector('test/sound')]);
  const { failed } = await take(writer, ['ada']);
  await take(writer, ['eve'], 1);
  await closeWriter(writer);
  assert.match(failed[0] ?? '', /failed and stopped at entry 0/);
  await read('broken', (store) => {
    assert.deepEqual(groupsOf(store.findings.list(), 'test/sound'), ['ada', 'eve']);
    assert.equal(store.findings.openOfRule(FAILED).length, 1);
  });
});

const DELETED = '00000000-0000-4000-8000-00000000000d';
const RECYCLED = '00000000-0000-4000-8000-00000000000e';

function rule(id: string, operation: string): string {
  return `
title: Records of ${operation}
id: ${id}
level: high
logsource: { product: countersign, service: records }
detection:
  selection: { operation: ${operation}, actor_name|re: '@northmoor' }
  condition: selection
`;
}

/** Two sound rules, or the second with an expression that no matcher can compile. */
function contentWith(second: 'sound' | 'broken'): RuleContent {
  const texts = [rule(DELETED, 'filedeleted'), rule(RECYCLED, 'filerecycled')];
  const rules = texts.map((text, at) => ({ path: `rule-${at}.yml`, text }));
  const content = ruleContent({ rules, pipelines: [] });
  if (second === 'sound') return content;
  const [first, broken] = content.plan.rules;
  const text = JSON.stringify(broken).replace('"@northmoor"', '"("');
  const plan = { hash: 'broken', rules: [first, JSON.parse(text)] } as typeof content.plan;
  return { ...content, plan };
}

test('a rule that throws on a record stops no import, and the record is named', async () => {
  const dir = join(root, 'broken-rule');
  const options = { dir, clock: systemClock, random: systemRandom };
  const detection = detectionOf(contentWith('broken'));
  const writer = await openLedgerWriter({ ...options, detection });
  const report = await take(writer, ['ada', 'recycler', 'freya']);
  assert.equal(report.accepted, 3);
  assert.match(
    report.failed[0] ?? '',
    /^The detector "Records of filerecycled" failed on entry \d+/,
  );
  await closeWriter(writer);
  const found = (): Promise<readonly [string[], number[]]> =>
    read('broken-rule', (store) => {
      const findings = store.findings.list();
      const failures = findings.filter(({ draft }) => draft.rule === FAILED);
      return [groupsOf(findings, DELETED), failures.flatMap(({ draft }) => draft.entries)];
    });
  const [deleted, named] = await found();
  assert.deepEqual(deleted, ['["user:ada"]', '["user:freya"]']);
  const rows = await read('broken-rule', rowsOf);
  assert.deepEqual(
    rows.filter(({ index }) => named.includes(index)).map(({ event }) => event.operation),
    ['FileRecycled'],
  );

  const rebuilt = await rebuild({ ...options, detection });
  await runDetection(rebuilt);
  await closeWriter(rebuilt);
  assert.deepEqual(await found(), [deleted, named], 'a rebuild finds the same');

  const repaired = detectionOf(contentWith('sound'));
  const after = await openLedgerWriter({ ...options, detection: repaired });
  assert.deepEqual((await runDetection(after)).failed, []);
  await closeWriter(after);
  await read('broken-rule', (store) => {
    assert.deepEqual(store.findings.openOfRule(FAILED), []);
    assert.deepEqual(groupsOf(store.findings.list(), RECYCLED), ['["user:recycler"]']);
  });
});

async function rowsOf(store: StoreReader): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  for await (const row of store.eventsOf(TENANT, {})) rows.push(row);
  return rows;
}
