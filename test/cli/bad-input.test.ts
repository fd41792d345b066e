import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SeededRandom } from '../../tools/sample/random.ts';
import { assertBalanced, assertFsckClean, type Report, withAccount } from '../support/account.ts';
import { assertHarmless } from '../support/cli/controls.ts';
import { countersignHere } from '../support/command-here.ts';
import { temporaryFolder } from '../support/folders.ts';
import { CSV_HEADER, csvRow, recordId, recordText } from '../support/ingest/audit-record.ts';
import { zipOf } from '../support/ingest/zip.ts';

const root = temporaryFolder('bad-input');
const line = (n: number, extra?: Readonly<Record<string, unknown>>): string =>
  `${recordText(n, extra)}\n`;
/** JSON text in place of a value that `JSON.stringify` would not write. */
const withText = (n: number, text: string): string =>
  `${recordText(n, { Subject: '@@' }).replace('"@@"', text)}\n`;

type Case = {
  readonly what: string;
  /** Creates the input at its path. */
  readonly make: (path: string) => void;
  /** The readable records. */
  readonly readable: readonly number[];
  /** One for each problem, in any order. */
  readonly reasons: readonly RegExp[];
  readonly warnings?: readonly RegExp[];
  /** Without readable input, no ledger is created. */
  readonly ledger?: 'none';
};

const write =
  (...parts: readonly (string | Uint8Array)[]) =>
  (path: string): void =>
    writeFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part))));

const CASES: readonly Case[] = [
  { what: 'an empty file', make: write(), readable: [], reasons: [/is empty/] },
  { what: 'white space alone', make: write(' \n\t\r\n'), readable: [], reasons: [/white space/] },
  {
    what: 'a missing file',
    make: () => {},
    readable: [],
    reasons: [/no such file/],
    ledger: 'none',
  },
  {
    what: 'a link to itself',
    make: (path) => symlinkSync(path, path),
    readable: [],
    reasons: [/leads back into itself/],
  },
  {
    what: 'a pipe without a writer',
    make: (path) => void execFileSync('mkfifo', [path]),
    readable: [],
    reasons: [/pipe, socket or device/],
  },
  {
    what: 'a folder that contains itself, beside an export',
    make: (path) => {
      mkdirSync(path);
      symlinkSync('.', join(path, 'again'));
      writeFileSync(join(path, 'export'), line(1));
    },
    readable: [1],
    reasons: [/leads back into itself/],
  },
  { what: 'a binary file', make: write(noise(50_000)), readable: [], reasons: [/is not text/] },
  {
    what: 'a gzip bomb after a record',
    make: write(gzipSync(Buffer.concat([Buffer.from(line(1)), Buffer.alloc(2 ** 27, ' ')]))),
    readable: [1],
    reasons: [],
    warnings: [/unpack/],
  },
  {
    what: 'a ZIP bomb',
    make: write(zipOf([{ name: 'audit.json', bytes: Buffer.alloc(2 ** 27, ' ') }])),
    readable: [],
    reasons: [/unpack/],
  },
  {
    what: 'a ZIP bomb with a false size, beside a good member',
    make: write(
      zipOf([
        { name: 'bomb.json', bytes: Buffer.alloc(2 ** 27, ' '), statedSize: 300 },
        { name: 'good.json', bytes: Buffer.from(line(1)) },
      ]),
    ),
    readable: [1],
    reasons: [/bomb\.json/],
  },
  {
    what: 'a truncated ZIP',
    make: write(zipOf([{ name: 'a.json', bytes: Buffer.from(line(1)) }]).subarray(0, 200)),
    readable: [],
    reasons: [/archive|ZIP|damaged/i],
  },
  { what: 'a JSON line of 200 MB', make: longLine, readable: [1, 3], reasons: [/16 MiB/] },
  {
    what: 'JSON 10,000 deep within a record',
    make: write(line(1), withText(2, nested(10_000)), line(3)),
    readable: [1, 3],
    reasons: [/200 levels/],
  },
  {
    what: 'JSON 10,000 deep around a record',
    make: write('['.repeat(10_000), recordText(1), ']'.repeat(10_000)),
    readable: [],
    reasons: [/200 levels/],
  },
  {
    what: 'a lone surrogate, escaped and raw',
    make: write(line(1), withText(2, '"\\ud800"'), ...raw(3, Buffer.of(0xed, 0xa0, 0x80))),
    readable: [1, 2, 3],
    reasons: [],
  },
  {
    what: 'NUL bytes, escaped, raw, and as padding at the end',
    make: write(
      line(1),
      withText(2, '"\\u0000"'),
      ...raw(3, Buffer.of(0)),
      line(4),
      Buffer.alloc(9000),
    ),
    readable: [1, 2, 4],
    reasons: [/not JSON/, /neither an object nor a list/],
  },
  {
    what: 'CSV with a quote too many in the middle',
    make: write(CSV_HEADER, csvRow(1), csvRow(2).replace('""Id""', '""Id"'), csvRow(3), csvRow(4)),
    readable: [1, 3, 4],
    reasons: [/quote/],
  },
  {
    what: 'CSV with a quote that does not close',
    make: write(CSV_HEADER, csvRow(1), csvRow(2).replace(/"\r\n$/, '\r\n'), csvRow(3), csvRow(4)),
    readable: [1, 3, 4],
    reasons: [/quote/],
  },
  {
    what: 'rows whose AuditData is empty, truncated, or not an object',
    make: write(
      CSV_HEADER,
      csvRow(1),
      csvRow(2, ''),
      csvRow(3, recordText(3).slice(0, 90)),
      csvRow(4, '7'),
      csvRow(5),
    ),
    readable: [1, 5],
    reasons: [/empty/, /cut off/, /not a JSON object/],
  },
  {
    what: 'a file truncated in the middle of a record',
    make: write(line(1), line(2), recordText(3).slice(0, 100)),
    readable: [1, 2],
    reasons: [/ends inside/],
  },
];

function noise(count: number): Uint8Array {
  const random = new SeededRandom(7);
  return Uint8Array.from({ length: count }, () => random.between(0, 255));
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** A record with bytes in a string that JSON text cannot hold. */
function raw(n: number, bytes: Uint8Array): readonly (string | Uint8Array)[] {
  const [before = '', after = ''] = recordText(n, { Subject: '@@' }).split('@@');
  return [before, bytes, `${after}\n`];
}

function longLine(path: string): void {
  const [before, after] = recordText(2, { Subject: '@@' }).split('@@');
  const file = openSync(path, 'w');
  const megabyte = Buffer.alloc(1_000_000, 'a');
  writeSync(file, `${line(1)}${before}`);
  for (let written = 0; written < 200; written++) writeSync(file, megabyte);
  writeSync(file, `${after}\n${line(3)}`);
  closeSync(file);
}

/** The ids of all events in the store. */
async function idsIn(data: string): Promise<string[]> {
  return withAccount(data, async ({ store, head }) => {
    const ids: string[] = [];
    for await (const row of (await store.timeline({}, head)).rows) ids.push(row.action);
    return ids.sort();
  });
}

function assertMatched(said: readonly string[], expected: readonly RegExp[]): void {
  assert.equal(said.length, expected.length, said.join('\n'));
  for (const pattern of expected)
    assert.ok(
      said.some((text) => pattern.test(text)),
      String(pattern),
    );
  for (const text of said) {
    assertHarmless(text, 'a reason');
    assert.ok(text.length < 400, text);
  }
}

for (const [at, { what, make, readable, reasons, warnings = [], ledger }] of CASES.entries()) {
  test(`${what}: one sentence per problem, and everything readable is imported`, async () => {
    const input = join(root, `input-${at}`);
    const data = join(root, `data-${at}`);
    make(input);
    const { code, stdout, stderr } = await countersignHere([
      'import',
      input,
      '--data',
      data,
      '--json',
    ]);
    rmSync(input, { recursive: true, force: true });
    assert.equal(code, readable.length > 0 ? 0 : 2, stderr);
    assert.match(stderr, readable.length > 0 ? /^$/ : /^countersign: [^\n]+\n$/);
    const report = JSON.parse(stdout) as Report;
    assertBalanced(report);
    assertMatched(
      report.rejects.map(({ reason }) => reason),
      reasons,
    );
    assertMatched(
      report.warnings.map(({ text }) => text),
      warnings,
    );
    assert.equal(report.rejected, reasons.length);
    assert.equal(existsSync(data), ledger !== 'none');
    if (ledger === 'none') return;
    assert.deepEqual(await idsIn(data), readable.map(recordId));
    await assertFsckClean(data);
  });
}

test('only missing paths create no data folder, and every path is reported', async () => {
  const data = join(root, 'data-of-nothing');
  const paths = [join(root, 'no.csv'), join(root, 'no', 'folder')];
  const { code, stdout, stderr } = await countersignHere(['import', ...paths, '--data', data]);
  assert.equal(code, 2);
  for (const path of paths) assert.ok(stdout.includes(path), stdout);
  assert.match(stderr, /^countersign: could not read any of the input; no data folder was made/);
  const asked = await countersignHere(['import', ...paths, '--data', data, '--json']);
  const report = JSON.parse(asked.stdout) as Report;
  assert.deepEqual([asked.code, report.read, report.rejected, report.entries], [2, 2, 2, 0]);
  assert.deepEqual(report.checkpoint, {
    origin: null,
    size: 0,
    root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  });
  assert.equal(existsSync(data), false);
});

test('with an existing path or ledger, missing paths are quarantined', async () => {
  const data = join(root, 'data-of-some');
  const good = join(root, 'some.json');
  writeFileSync(good, line(1));
  const missing = join(root, 'missing.json');
  const first = await countersignHere(['import', missing, good, '--data', data, '--json']);
  const report = JSON.parse(first.stdout) as Report;
  assert.deepEqual([first.code, report.accepted, report.rejected], [0, 1, 1]);
  const second = await countersignHere(['import', missing, '--data', data, '--json']);
  const { checkpoint, rejected } = JSON.parse(second.stdout) as Report;
  assert.deepEqual([second.code, rejected], [2, 1]);
  assert.deepEqual(checkpoint, report.checkpoint);
  await assertFsckClean(data);
});

test('a record without an id gets one from its bytes, only once', async () => {
  const input = join(root, 'no-id');
  const data = join(root, 'data-no-id');
  const without = (n: number): string => line(n, { Id: undefined });
  writeFileSync(input, without(1) + without(2) + without(1));
  const first = await countersignHere(['import', input, '--data', data, '--json']);
  const report = JSON.parse(first.stdout) as Report;
  assert.deepEqual([report.accepted, report.duplicates, report.rejected], [2, 1, 0]);
  const again = await countersignHere(['import', input, '--data', data, '--json']);
  assert.equal((JSON.parse(again.stdout) as Report).duplicates, 3);
  assert.equal(new Set(await idsIn(data)).size, 2);
  await assertFsckClean(data);
});

test('bad files do not stop the import of good files', async () => {
  const folder = join(root, 'mixed');
  const data = join(root, 'data-mixed');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a-empty'), '');
  writeFileSync(join(folder, 'b-noise'), noise(5000));
  writeFileSync(join(folder, 'c-good'), line(1) + line(2));
  writeFileSync(join(folder, 'd-cut'), recordText(3).slice(0, 60));
  writeFileSync(join(folder, 'e-good.csv'), CSV_HEADER + csvRow(4));
  const { code, stdout } = await countersignHere(['import', folder, '--data', data, '--json']);
  const { files, accepted, rejected } = JSON.parse(stdout) as Report;
  assert.deepEqual([code, files, accepted, rejected], [0, 5, 3, 3]);
  assert.deepEqual(await idsIn(data), [1, 2, 4].map(recordId));
  await assertFsckClean(data);
});
