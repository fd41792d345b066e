import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger';
import fc from 'fast-check';
import { collect } from '../../apps/countersign/src/cli/adapter/binding.ts';
import { FeedBuilder } from '../../apps/countersign/src/feeds/feed-builder.ts';
import type {
  FeedEntry,
  FeedMark,
  FeedRecord,
} from '../../apps/countersign/src/feeds/feed-record.ts';
import { tailLedger } from '../../apps/countersign/src/feeds/ledger-tail.ts';
import { ENTRIES_PER_MARK } from '../../apps/countersign/src/feeds/limits.ts';
import { feedRecordSchema } from '../../apps/countersign/src/operations/feeds/feed-record-schema.ts';
import { runs } from '../../tools/property.ts';
import { importHere } from '../support/account.ts';
import { countersignHere } from '../support/command-here.ts';
import { REPOSITORY, start } from '../support/command-line.ts';
import { ndjson, record, records } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('tail');
const sample = join(root, 'sample');

before(async () => {
  const files = join(REPOSITORY, 'content', 'sample', 'export');
  const { code, stderr } = await countersignHere(['import', files, '--data', sample, '--json']);
  assert.equal(code, 0, stderr);
});

async function tail(data: string, ...args: readonly string[]): Promise<FeedRecord[]> {
  const { code, stdout, stderr } = await countersignHere([
    'tail',
    '--data',
    data,
    '--json',
    ...args,
  ]);
  assert.equal(code, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => feedRecordSchema.parse(JSON.parse(line)) as FeedRecord);
}

function sent(lines: readonly FeedRecord[]): Exclude<FeedRecord, FeedMark>[] {
  return lines.filter((line) => line.kind !== 'mark');
}

const ALL = ['event', 'import', 'decision', 'finding', 'act', 'coverage', 'config', 'policy'];
const kinds = (names: readonly string[]): string[] => names.flatMap((name) => ['--kind', name]);

test('sends every entry once, in order, and marks the last one', async () => {
  const { stdout } = await countersignHere(['ledger', 'checkpoint', '--data', sample, '--json']);
  const { size, origin } = JSON.parse(stdout) as { size: number; origin: string };
  const everything = await tail(sample, ...kinds([...ALL, 'directory', 'erasure', 'clock']));
  const entries = sent(everything);
  assert.deepEqual(
    entries.map(({ index, id }) => [index, id]),
    Array.from({ length: size }, (_, index) => [index, `${origin}#${index}`]),
  );
  assert.deepEqual([everything.at(-1)?.kind, everything.at(-1)?.index], ['mark', size - 1]);
});

test('a finding is the same OCSF event as in the list of findings', async () => {
  const { stdout } = await countersignHere(['findings', '--data', sample, '--json']);
  const listed = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { metadata: { uid: string; correlation_uid?: string } });
  const received = new Map(
    sent(await tail(sample, '--kind', 'finding')).map((line) => {
      const body = (line as FeedEntry).body as (typeof listed)[number];
      return [body.metadata.uid, body];
    }),
  );
  assert.ok(listed.length > 50);
  for (const { metadata, ...finding } of listed) {
    // Incidents change with later findings, so no single entry has one.
    const { correlation_uid: _, ...own } = metadata;
    assert.deepEqual(received.get(metadata.uid), { ...finding, metadata: own });
  }
});

test('an interrupted receiver that resumes after its last mark misses nothing', async (t) => {
  const ledger = await LedgerReader.open(sample);
  t.after(() => ledger.close());
  const version = '0.0.0';
  const builder = new FeedBuilder({ ledger, version, ruleTitles: async () => () => undefined });
  const common = { ledger, builder, tenant: undefined, clock: systemClock, wait: undefined };
  const from = (index: number): AsyncGenerator<FeedRecord> =>
    tailLedger({ ...common, from: index, kinds: new Set(['event', 'finding']) });
  const whole = await collect(from(0));
  const expected = sent(whole).map(({ id }) => id);
  assert.ok(expected.length > 12_000);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: whole.length }), async (cut) => {
      const first = whole.slice(0, cut);
      const mark = first.findLast(({ kind }) => kind === 'mark')?.index ?? -1;
      const second = await collect(from(mark + 1));
      const received = [...sent(first), ...sent(second)].map(({ id }) => id);
      assert.deepEqual([...new Set(received)], expected);
      assert.ok(received.length - expected.length < ENTRIES_PER_MARK);
    }),
    runs(4, 200),
  );
});

test('follows imports of other processes, and ends when interrupted', async () => {
  const data = join(root, 'followed');
  const [first, second] = [join(root, 'first.ndjson'), join(root, 'second.ndjson')];
  writeFileSync(first, ndjson(records(300)));
  writeFileSync(second, ndjson(records(300, 300)));
  await importHere(data, first);
  const child = start(['tail', '--data', data, '--kind', 'event', '--follow', '--json']);
  const indices: number[] = [];
  const marks: number[] = [];
  const closed = once(child, 'close');
  assert.ok(child.stdout);
  for await (const line of createInterface(child.stdout)) {
    const { kind, index } = JSON.parse(line) as FeedRecord;
    (kind === 'mark' ? marks : indices).push(index);
    if (indices.length === 300 && kind === 'mark') await importHere(data, second);
    // Once: a second interruption ends the process at once.
    if (indices.length === 600 && kind === 'mark' && !child.killed) child.kill('SIGINT');
  }
  assert.deepEqual(await closed, [0, null]);
  assert.equal(new Set(indices).size, 600);
  assert.ok((marks.at(-1) ?? 0) >= (indices.at(-1) ?? 0));
});

test('an erased entry becomes a line that says so', async () => {
  const data = join(root, 'erased');
  const file = join(root, 'eve.ndjson');
  writeFileSync(file, ndjson([record(1), record(2, { UserId: 'eve@example.org' }), record(3)]));
  await importHere(data, file);
  const before = await tail(data, '--kind', 'event');
  const why = ['--case', 'DSR-1', '--reason', 'left the company'];
  const erased = await countersignHere([
    ...['ledger', 'erase', '--user', 'eve@example.org', ...why, '--data', data],
  ]);
  assert.equal(erased.code, 0, erased.stderr);
  const after = await tail(data, '--kind', 'event');
  const [, eve] = sent(before);
  assert.deepEqual(sent(after)[1], { index: eve?.index, kind: 'erased', id: eve?.id, of: 'event' });
  assert.ok(!JSON.stringify(after).includes('eve@example.org'));
});

test('a mark of a finding arrives as an OCSF change of it', async () => {
  const [finding] = sent(await tail(sample, '--kind', 'finding'));
  const { uid } = ((finding as FeedEntry).body as { metadata: { uid: string } }).metadata;
  const marked = await countersignHere([
    ...['findings', 'mark', uid, '--status', 'resolved', '--reason', 'a drill', '--data', sample],
  ]);
  assert.equal(marked.code, 0, marked.stderr);
  const last = sent(await tail(sample, '--kind', 'finding')).at(-1) as FeedEntry;
  const { class_uid, activity_name, status, comment, finding_info } = last.body as Members;
  assert.deepEqual(
    { class_uid, activity_name, status, comment, finding_info },
    {
      ...{ class_uid: 2004, activity_name: 'Close', status: 'Resolved', comment: 'a drill' },
      finding_info: { uid },
    },
  );
});

type Members = Readonly<Record<string, unknown>>;

test('a mark of a finding is not sent to the feed of another tenant', async () => {
  const [finding] = sent(await tail(sample, '--kind', 'finding'));
  const { tenant, body } = finding as FeedEntry;
  const { uid } = (body as { metadata: { uid: string } }).metadata;
  const before = await tail(sample, '--kind', 'finding', '--tenant', OTHER_TENANT);
  const marked = await countersignHere([
    ...['findings', 'mark', uid, '--status', 'resolved', '--reason', 'seen', '--data', sample],
  ]);
  assert.equal(marked.code, 0, marked.stderr);
  const own = sent(await tail(sample, '--kind', 'finding', '--tenant', tenant));
  assert.equal(((own.at(-1) as FeedEntry).body as Members)['comment'], 'seen');
  const other = await tail(sample, '--kind', 'finding', '--tenant', OTHER_TENANT);
  assert.deepEqual(sent(other), sent(before));
});

const OTHER_TENANT = '99999999-9999-4999-8999-999999999999';

test('an entry that cannot become a record says why, and stops no other', async (t) => {
  const ledger = await LedgerReader.open(sample);
  t.after(() => ledger.close());
  const ruleTitles = async () => () => undefined;
  const builder = new FeedBuilder({ ledger, version: '0.0.0', ruleTitles });
  const { leaf } = await ledger.leaf(0);
  const build = (kind: 'decision' | 'finding', text: string): Promise<FeedRecord> => {
    const common = { kind: 'present', salt: new Uint8Array(16), locus: undefined } as const;
    return builder.build(0, { ...leaf, kind }, { ...common, bytes: Buffer.from(text) });
  };
  const id = `${ledger.origin}#0`;
  assert.deepEqual(await build('decision', '{"cut'), {
    ...{ index: 0, kind: 'unreadable', id, of: 'decision' },
    because: 'its body is not a JSON object',
  });
  const { kind } = await build('finding', '{"v":9,"what":"finding"}');
  assert.equal(kind, 'unreadable');
  assert.equal((await build('decision', '{"v":1}')).kind, 'decision');
});

test('refuses a position behind the end of the ledger', async () => {
  const { code, stderr } = await countersignHere(['tail', '--data', sample, '--from', '9999999']);
  assert.equal(code, 2);
  assert.match(stderr, /is behind its end: check whether the position belongs to this ledger/);
});
