import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BooksReader, type CoverageFact, headOf } from '../books/index.ts';
import { ManualClock } from '../core/index.ts';
import type { Input } from '../intake/index.ts';
import { fsck, LedgerReader } from '../ledger/index.ts';
import { placeHold } from './holds.ts';
import { type ImportReport, importPaths } from './import.ts';
import { rebuild } from './rebuild.ts';
import { systemRandom } from './wire.ts';
import { closeWriter, openWriter, type Writer } from './writer.ts';

const START_MS = Date.parse('2026-03-02T09:00:00Z');
const HOUR_MS = 3_600_000;
const DOER = { who: 'ada', host: 'test', version: '0.0.0' } as const;

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

type Said = { readonly index: number; readonly body: Record<string, unknown> };

async function withBooks<T>(
  dir: string,
  use: (ledger: LedgerReader, books: BooksReader) => Promise<T>,
): Promise<T> {
  const ledger = await LedgerReader.open(dir);
  const books = await BooksReader.open(dir);
  try {
    return await use(ledger, books);
  } finally {
    books.close();
    ledger.close();
  }
}

/** What Countersign has said of steps, as the ledger has it. */
async function stepsIn(dir: string): Promise<Said[]> {
  return withBooks(dir, async (ledger, books) => {
    const said: Said[] = [];
    for (const index of books.acts('act')) {
      const body = await ledger.body(index);
      if (body.kind === 'erased') continue;
      const value = JSON.parse(Buffer.from(body.bytes).toString('utf8')) as Said['body'];
      said.push({ index, body: value });
    }
    return said.filter(({ body }) => body['what'] === 'clock-step');
  });
}

async function coverageOfSteps(dir: string): Promise<CoverageFact[]> {
  return withBooks(dir, async (_, books) => {
    return books.coverage().filter(({ because }) => because.includes('clock'));
  });
}

async function assertClean(dir: string): Promise<void> {
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
}

async function importing(writer: Writer, input: Input): Promise<ImportReport> {
  return importPaths(writer, { inputs: [input], doer: DOER, lanes: 1 });
}

test('a step in the middle of an import is an entry behind the batch that met it', async () => {
  const dir = join(root, 'import');
  const clock = new ManualClock(START_MS);
  const writer = await openWriter({ dir, clock, random: systemRandom });
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
  const [{ index, body }] = steps as [Said];
  const { index: at, ...rest } = body;
  const expected = { v: 1, what: 'clock-step', expectedMs: START_MS };
  assert.deepEqual(rest, { ...expected, actualMs: START_MS - HOUR_MS });
  // The first entry after the step stands before what is said of it.
  assert.ok(Number(at) < index);
  await assertClean(dir);
});

test('what the step touches is unknown, of every tenant and source', async () => {
  const dir = join(root, 'coverage');
  const clock = new ManualClock(START_MS);
  const writer = await openWriter({ dir, clock, random: systemRandom });
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
  await withBooks(dir, async (ledger, books) => {
    const head = await headOf(ledger, books);
    const filter = { user: 'freya.sandison@northmoor.example', tenant: undefined };
    const { coverage } = await books.timeline(filter, head);
    const { statement } = (await books.statement(filter.user, {}, head)) as {
      statement: { coverage: typeof coverage };
    };
    for (const { answer } of [coverage, statement.coverage]) {
      assert.ok(answer.kind === 'unknown');
      assert.ok(answer.because.some(({ text }) => text === fact?.because));
    }
  });
});

test('a step between two acts of ours is an entry, and a rebuild says nothing twice', async () => {
  const dir = join(root, 'acts');
  const clock = new ManualClock(START_MS);
  const writer = await openWriter({ dir, clock, random: systemRandom });
  await placeHold(writer, { case: 'C-1', doer: DOER });
  clock.advance(5000);
  clock.step(-HOUR_MS);
  await placeHold(writer, { case: 'C-2', doer: DOER });
  await placeHold(writer, { case: 'C-3', doer: DOER });
  await closeWriter(writer);
  const [{ index, body }] = (await stepsIn(dir)) as [Said];
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
