import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock, systemRandom } from '@countersign/core';
import { fsck, LedgerReader } from '@countersign/ledger';
import type { Input } from '@countersign/m365';
import { placeHold } from '../../apps/countersign/src/ingest/erasure/legal-holds.ts';
import { type ImportReport, importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import { restartClock } from '../../apps/countersign/src/ingest/restart-clock.ts';
import type { HostWriter } from '../../apps/countersign/src/operations/host/open-writer.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { rebuild } from '../../apps/countersign/src/operations/host/rebuild-store.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { readStatement } from '../../apps/countersign/src/reports/statement/read-statement.ts';
import { headOf } from '../../apps/countersign/src/store/reading/ledger-head.ts';
import type { CoverageRow } from '../../apps/countersign/src/store/rows/entry-rows.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';

const START_MS = Date.parse('2026-03-02T09:00:00Z');
const HOUR_MS = 3_600_000;
const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;

const root = mkdtempSync(join(tmpdir(), 'countersign-clock-'));
after(() => rmSync(root, { recursive: true, force: true }));

function line(n: number): string {
  const record = {
    CreationTime: `2026-03-02T09:${String(n % 60).padStart(2, '0')}:07`,
    Id: `0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f${String(n).padStart(4, '0')}`,
    Operation: 'FileAccessed',
    OrganizationId: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794',
    RecordType: 6,
    UserId: 'freya.sandison@northmoor.example',
    Workload: 'SharePoint',
    ObjectId: `https://sharepoint.northmoor.example/${'x'.repeat(1500)}/${n}`,
  };
  return `${JSON.stringify(record)}\n`;
}

type ClockStepEntry = { readonly index: number; readonly body: Record<string, unknown> };

async function withStore<T>(
  dir: string,
  use: (ledger: LedgerReader, store: StoreReader) => Promise<T>,
): Promise<T> {
  const ledger = await LedgerReader.open(dir);
  const store = await StoreReader.open(dir);
  try {
    return await use(ledger, store);
  } finally {
    store.close();
    ledger.close();
  }
}

/** The ledger's entries about clock steps. */
async function stepsIn(dir: string): Promise<ClockStepEntry[]> {
  return withStore(dir, async (ledger, store) => {
    const said: ClockStepEntry[] = [];
    for (const index of store.indicesOfKind('act')) {
      const body = await ledger.body(index);
      if (body.kind === 'erased') continue;
      const value = JSON.parse(Buffer.from(body.bytes).toString('utf8')) as ClockStepEntry['body'];
      said.push({ index, body: value });
    }
    return said.filter(({ body }) => body['what'] === 'clock-step');
  });
}

async function coverageOfSteps(dir: string): Promise<CoverageRow[]> {
  return withStore(dir, async (_, store) => {
    return store.coverage().filter(({ because }) => because.includes('clock'));
  });
}

async function assertClean(dir: string): Promise<void> {
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
}

async function importing(writer: HostWriter, input: Input): Promise<ImportReport> {
  return importPaths(writer, {
    inputs: [input],
    actor: Actor,
    workers: 1,
    afterImport: () => runDetection(writer),
  });
}

test('a step during an import is an entry after the affected batch', async () => {
  const dir = join(root, 'import');
  const clock = new ManualClock(START_MS);
  const writer = await openLedgerWriter({ dir, clock, random: systemRandom });
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < 1600; n++) {
      if (n === 800) clock.step(-HOUR_MS);
      yield Buffer.from(line(n));
    }
  };
  const report = await importing(writer, { kind: 'stream', bytes: bytes() });
  await closeWriter(writer);
  assert.equal(report.accepted, 1600);
  const steps = await stepsIn(dir);
  assert.equal(steps.length, 1);
  const [{ index, body }] = steps as [ClockStepEntry];
  const { index: at, ...rest } = body;
  const expected = { v: 1, what: 'clock-step', expectedMs: START_MS };
  assert.deepEqual(rest, { ...expected, actualMs: START_MS - HOUR_MS });
  // The first entry after the step precedes the entry about it.
  assert.ok(Number(at) < index);
  await assertClean(dir);
});

test('the affected interval is unknown for every tenant and source', async () => {
  const dir = join(root, 'coverage');
  const clock = new ManualClock(START_MS);
  const writer = await openLedgerWriter({ dir, clock, random: systemRandom });
  clock.step(HOUR_MS);
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(line(1));
  };
  await importing(writer, { kind: 'stream', bytes: bytes() });
  await closeWriter(writer);
  const [fact, ...others] = await coverageOfSteps(dir);
  assert.deepEqual(others, []);
  assert.deepEqual(fact, {
    index: (await stepsIn(dir))[0]?.index ?? -1,
    tenant: '*',
    source: '*',
    workload: null,
    subject: null,
    fromMs: START_MS,
    toMs: START_MS + HOUR_MS,
    state: 'unknown',
    bound: null,
    because: 'the clock of this machine was stepped',
  });
  await withStore(dir, async (ledger, store) => {
    const head = await headOf(ledger, store);
    const filter = { user: 'freya.sandison@northmoor.example', tenant: undefined };
    const { coverage } = await store.timeline(filter, head);
    const { statement } = (await readStatement(store, filter.user, {}, head)) as {
      statement: { coverage: typeof coverage };
    };
    for (const { answer } of [coverage, statement.coverage]) {
      assert.ok(answer.kind === 'unknown');
      assert.ok(answer.because.some(({ text }) => text === fact?.because));
    }
  });
});

test('a step between two of our acts is an entry, and a rebuild repeats nothing', async () => {
  const dir = join(root, 'acts');
  const clock = new ManualClock(START_MS);
  const writer = await openLedgerWriter({ dir, clock, random: systemRandom });
  await placeHold(writer, { case: 'C-1', actor: Actor });
  clock.advance(5000);
  clock.step(-HOUR_MS);
  await placeHold(writer, { case: 'C-2', actor: Actor });
  await placeHold(writer, { case: 'C-3', actor: Actor });
  await closeWriter(writer);
  const [{ index, body }] = (await stepsIn(dir)) as [ClockStepEntry];
  assert.deepEqual([index, body['index']], [2, 1]);
  const coverage = await coverageOfSteps(dir);
  assert.equal(coverage.length, 1);
  const again = await rebuild({ dir, clock, random: systemRandom });
  assert.equal(again.ledger.size, 4);
  await closeWriter(again);
  assert.equal((await stepsIn(dir)).length, 1);
  assert.deepEqual(await coverageOfSteps(dir), coverage);
  await assertClean(dir);
});

const DECADES_MS = 73 * 365 * 24 * HOUR_MS;

async function seenOf(dir: string): Promise<number[]> {
  return withStore(dir, async (ledger) => {
    const seen: number[] = [];
    for (let index = 0; index < ledger.size; index++) {
      seen.push(Date.parse((await ledger.leaf(index)).leaf.seen));
    }
    return seen;
  });
}

function oneLine(n: number): Input {
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(line(n));
  };
  return { kind: 'stream', bytes: bytes() };
}

test('after a fast clock, an entry that declares it restarts `seen`', async () => {
  const dir = join(root, 'ahead');
  const clock = new ManualClock(START_MS);
  const opened = (): Promise<HostWriter> => openLedgerWriter({ dir, clock, random: systemRandom });
  const ahead = await opened();
  await importing(ahead, oneLine(1));
  clock.step(DECADES_MS);
  await importing(ahead, oneLine(2));
  await closeWriter(ahead);

  // The clock is right again, but each later process still stamps the wrong time.
  clock.step(-DECADES_MS);
  const writer = await opened();
  await importing(writer, oneLine(3));
  const stamped = await seenOf(dir);
  assert.equal(stamped.at(-1), START_MS + DECADES_MS);
  clock.advance(5000);
  const restarted = await restartClock(writer, { reason: 'a bad time server', actor: Actor });
  assert.equal(Date.parse(restarted.lastSeen), START_MS + DECADES_MS);
  assert.equal(Date.parse(restarted.seen), START_MS + 5000);
  await importing(writer, oneLine(4));
  await closeWriter(writer);
  const after = (await seenOf(dir)).slice(restarted.entry);
  assert.ok(after.every((seen) => seen === START_MS + 5000));
  await assertClean(dir);

  // Later processes continue from there, and nothing later is doubtful.
  clock.advance(5000);
  const later = await opened();
  await importing(later, oneLine(5));
  await assert.rejects(restartClock(later, { reason: 'again', actor: Actor }), {
    code: 'CLOCK_NOT_AHEAD',
  });
  await closeWriter(later);
  assert.equal((await seenOf(dir)).at(-1), START_MS + 10_000);
  const doubted = await coverageOfSteps(dir);
  assert.ok(doubted.length > 0);
  assert.ok(doubted.every(({ toMs }) => toMs === START_MS + 5000));
  await rebuild({ dir, clock, random: systemRandom });
  assert.deepEqual(await coverageOfSteps(dir), doubted);
});

test('an undeclared decrease of `seen` is a problem of the ledger', async () => {
  const dir = join(root, 'undeclared');
  const clock = new ManualClock(START_MS + HOUR_MS);
  const writer = await openLedgerWriter({ dir, clock, random: systemRandom });
  await importing(writer, oneLine(1));
  const { ledger } = writer;
  const sequence = ledger.sequence.bind(ledger);
  ledger.sequence = (batch) => sequence(batch, 'restart');
  clock.step(-HOUR_MS);
  await importing(writer, oneLine(2));
  await closeWriter(writer);
  const { problems } = await fsck({ dir, threads: 0 });
  assert.ok(
    problems.some(({ what }) => /has an earlier "seen" than the entry before it/.test(what)),
  );
});
