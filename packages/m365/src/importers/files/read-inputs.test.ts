import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ARCHIVE_ENTRIES_MAX, ARCHIVE_HELD_BYTES_MAX } from '../../limits.ts';
import { collect, collectBytes, type ReadInputs } from '../../testing/collect.ts';
import { audit, cmdletCsv } from '../../testing/render.ts';
import { zipOf } from '../../testing/zip.ts';
import { inputBytes, readInputs } from './read-inputs.ts';

const LINES = `${[1, 2, 3].map((n) => JSON.stringify(audit(n))).join('\n')}\n`;
const MANY = Array.from({ length: 4000 }, (_, n) => JSON.stringify(audit(n))).join('\n');

async function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'intake-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(path: string): Promise<ReadInputs> {
  return collect([{ kind: 'path', path }]);
}

function codes({ refused }: ReadInputs): string[] {
  return refused.map(({ error }) => error.code);
}

test('reads a folder in sorted order, for any file names', async () => {
  const files = { 'b/x.txt': LINES, 'a.doc': cmdletCsv([audit(4)]), 'b/a.csv': LINES };
  await inFolder(files, async (folder) => {
    const found = await read(folder);
    const names = ['a.doc', 'b/a.csv', 'b/x.txt'].map((name) => join(folder, name));
    assert.deepEqual(
      found.documents.map(({ name }) => name),
      names,
    );
    assert.deepEqual(
      found.documents.map(({ documentId }) => documentId),
      [0, 1, 2],
    );
    assert.equal(found.drafts.length, 7);
    const bytes = Object.values(files).reduce((sum, text) => sum + text.length, 0);
    assert.equal(await inputBytes([{ kind: 'path', path: folder }]), bytes);
  });
});

test('states size and digest of the file as it is on disk', async () => {
  const packed = gzipSync(LINES);
  const zip = zipOf([
    { name: 'a.json', bytes: Buffer.from(LINES) },
    { name: 'b/c.gz', bytes: packed },
  ]);
  const files = { 'a.gz': packed, 'b.zip': zip, 'c.zst': zstdCompressSync(LINES), 'd.log': LINES };
  await inFolder(files, async (folder) => {
    const found = await read(folder);
    const names = ['a.gz', 'b.zip', 'b.zip', 'c.zst', 'd.log'] as const;
    assert.deepEqual(
      found.ends.map(({ diskBytes, sha256, textBytes }) => ({ diskBytes, sha256, textBytes })),
      names.map((name) => ({
        diskBytes: Buffer.byteLength(files[name]),
        sha256: createHash('sha256').update(files[name]).digest('hex'),
        textBytes: LINES.length,
      })),
    );
    assert.deepEqual(
      found.documents.map(({ member }) => member),
      [undefined, 'a.json', 'b/c.gz', undefined, undefined],
    );
  });
});

test('reports why each unreadable file cannot be read, and reads the rest', async () => {
  const files = {
    '1-empty': '',
    '2-blank': ' \r\n\t\ufeff'.slice(0, 4),
    '3-binary': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
    '4-text': 'Dear all,\nplease find attached the export.\n',
    '5-good': LINES,
    '6-bzip2': 'BZh91AY&SY',
    '7-cut.zip': zipOf([{ name: 'a', bytes: Buffer.from(LINES) }]).subarray(0, 60),
    '8-empty.zip': zipOf([]),
    '9-good': LINES,
  };
  await inFolder(files, async (folder) => {
    const found = await read(folder);
    assert.equal(found.drafts.length, 6);
    assert.deepEqual(codes(found), [
      'EMPTY',
      'BLANK',
      'BINARY',
      'UNKNOWN_FORMAT',
      'ARCHIVE_UNSUPPORTED',
      'ARCHIVE_DAMAGED',
      'EMPTY',
    ]);
    for (const { error } of found.refused)
      assert.match(error.message, /^[a-z][^\n]+; [^\n]+$|holds/);
  });
});

test('names a missing path, without terminal escapes', async () => {
  const found = await read('/nowhere/\u001b[31mred');
  assert.deepEqual(codes(found), ['NOT_FOUND']);
  assert.ok(!found.refused[0]?.error.message.includes('\u001b'));
});

const isRoot = process.getuid?.() === 0;

test('reports a file or folder without read permission', {
  skip: isRoot && 'root reads all',
}, async () => {
  await inFolder({ 'a/x': LINES, b: LINES, c: LINES }, async (folder) => {
    chmodSync(join(folder, 'a'), 0);
    chmodSync(join(folder, 'b'), 0);
    const found = await read(folder);
    assert.deepEqual(codes(found), ['UNREADABLE', 'UNREADABLE']);
    assert.equal(found.drafts.length, 3);
    chmodSync(join(folder, 'a'), 0o700);
  });
});

test('follows links, but not in circles', async () => {
  await inFolder({ 'a/x': LINES }, async (folder) => {
    symlinkSync(folder, join(folder, 'a/up'));
    symlinkSync('nothing', join(folder, 'broken'));
    symlinkSync(join(folder, 'a/x'), join(folder, 'z'));
    symlinkSync('self', join(folder, 'self'));
    const found = await read(folder);
    assert.deepEqual(codes(found), ['FOLDER_LOOP', 'NOT_FOUND', 'FOLDER_LOOP']);
    assert.equal(found.drafts.length, 6);
  });
});

test('follows no link out of the folder, except a link that was named itself', async () => {
  await inFolder({ 'in/x': LINES, 'out/secret': LINES, 'inside/y': LINES }, async (parent) => {
    const folder = join(parent, 'in');
    symlinkSync(join(parent, 'out', 'secret'), join(folder, 'file'));
    symlinkSync('../out', join(folder, 'folder'));
    symlinkSync('..', join(folder, 'up'));
    symlinkSync('file', join(folder, 'to-link'));
    // Its name only starts like the folder's.
    symlinkSync(join(parent, 'inside'), join(folder, 'sibling'));
    symlinkSync('x', join(folder, 'within'));
    const found = await read(folder);
    assert.deepEqual(codes(found), Array(5).fill('LINK_OUTSIDE'));
    assert.equal(found.drafts.length, 6, 'x and the link to it');
    assert.deepEqual(codes(await read(join(folder, 'file'))), []);
    assert.deepEqual(codes(await read(join(folder, 'sibling'))), []);
  });
});

test('does not enter the data folder of the import, on any path to it', async () => {
  await inFolder({ 'x.json': LINES, 'data/keys/note.key': 'secret' }, async (folder) => {
    const except = join(folder, 'data');
    symlinkSync(except, join(folder, 'link'));
    const input = { kind: 'path', path: folder, except } as const;
    const found = await collect([input]);
    assert.deepEqual(codes(found), []);
    assert.equal(found.documents.length, 1);
    assert.equal(await inputBytes([input]), LINES.length);
    for (const path of [except, join(folder, 'link')]) {
      assert.deepEqual(codes(await collect([{ kind: 'path', path, except }])), ['DATA_FOLDER']);
    }
  });
});

const OPEN_FILES = '/proc/self/fd';
const noList = !existsSync(OPEN_FILES) && 'no list of open files on this system';

test('closes each file that it refused', { skip: noList }, async () => {
  const binary = Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(400_000)]);
  const files = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`${n}`, binary]));
  await inFolder(files, async (folder) => {
    const open = [readdirSync(OPEN_FILES).length];
    for await (const { kind } of readInputs([{ kind: 'path', path: folder }])) {
      assert.equal(kind, 'refused');
      open.push(readdirSync(OPEN_FILES).length);
    }
    assert.ok(Math.max(...open) < (open[0] as number) + 6, open.join(' '));
  });
});

const noPipes = process.platform === 'win32' && 'no named pipes on this system';

test('refuses a named pipe instead of waiting for it', { skip: noPipes }, async () => {
  await inFolder({ x: LINES }, async (folder) => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
    const found = await read(folder);
    assert.deepEqual(codes(found), ['NOT_A_FILE']);
    assert.equal(found.drafts.length, 3);
  });
});

test('a truncated archive gives its content, a report, and the digest of its bytes', async () => {
  const whole = gzipSync(MANY);
  const cut = whole.subarray(0, whole.length >> 1);
  await inFolder({ 'a.gz': cut }, async (folder) => {
    const found = await read(folder);
    assert.ok(found.drafts.length > 100 && found.drafts.length < 4000);
    assert.equal(found.ends[0]?.failure?.code, 'ARCHIVE_DAMAGED');
    assert.equal(found.ends[0]?.sha256, createHash('sha256').update(cut).digest('hex'));
    assert.equal(found.completeness[0]?.[0]?.kind, 'cut-off');
  });
});

test('a damaged member of a ZIP costs only that member', async () => {
  const zip = zipOf([
    { name: 'a', bytes: Buffer.from(MANY) },
    { name: 'b', bytes: Buffer.from(LINES) },
  ]);
  zip.fill(0xff, 20_000, 20_100);
  await inFolder({ 'x.zip': zip }, async (folder) => {
    const found = await read(folder);
    assert.equal(found.ends[0]?.failure?.code, 'ARCHIVE_DAMAGED');
    assert.equal(found.ends[1]?.failure, undefined);
    assert.equal(found.ends[1]?.rows, 3);
  });
});

test('refuses archives that expand far more than audit records do', async () => {
  const spaces = Buffer.alloc(80 << 20, ' ');
  const lies = zipOf([{ name: 'a', bytes: Buffer.from(LINES) }]);
  const directory = lies.indexOf('PK\x01\x02', 0, 'latin1');
  lies.writeUInt32LE(0x7fffffff, directory + 24);
  const files = {
    'a.zip': zipOf([{ name: 'x', bytes: spaces }]),
    'b.gz': gzipSync(Buffer.concat([Buffer.from(LINES), spaces])),
    'c.zip': lies,
    'e.zip': zipOf([{ name: 'x.gz', bytes: gzipSync(spaces) }]),
    'f.gz': gzipSync(gzipSync(spaces)),
    'd.zip': zipOf(
      Array.from({ length: 3 }, (_, i) => ({ name: `${i}`, bytes: Buffer.from(LINES) })),
    ),
  };
  await inFolder(files, async (folder) => {
    const found = await read(folder);
    assert.deepEqual(codes(found), new Array(4).fill('ARCHIVE_BOMB'));
    assert.deepEqual(
      found.ends.map(({ failure }) => failure?.code),
      ['ARCHIVE_BOMB', undefined, undefined, undefined],
    );
    assert.equal(found.drafts.length, 3 + 9);
  });
});

test('refuses a ZIP with too many members', async () => {
  // ZIP64's end of the directory (APPNOTE 6.3 section 4.3.14) holds larger numbers.
  const large = Buffer.alloc(56);
  large.write('PK\x06\x06', 'latin1');
  large.writeBigUInt64LE(44n, 4);
  large.writeBigUInt64LE(BigInt(ARCHIVE_ENTRIES_MAX + 1), 32);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.write('PK\x05\x06', 'latin1');
  end.fill(0, 4, 8);
  end.fill(0, 20);
  const first = zipOf([{ name: 'a', bytes: new Uint8Array(0), method: 0 }]).subarray(0, 31);
  locator.writeBigUInt64LE(BigInt(first.length), 8);
  await inFolder({ 'x.zip': Buffer.concat([first, large, locator, end]) }, async (folder) => {
    const found = await read(folder);
    assert.deepEqual(codes(found), ['ARCHIVE_BOMB']);
    assert.match(found.refused[0]?.error.message ?? '', /more than 100000 members/);
  });
});

test('names members that cannot be decompressed, and reads the others', async () => {
  const bytes = Buffer.from(LINES);
  const zip = zipOf([
    { name: '../a', bytes, flags: 1 },
    { name: 'b', bytes, method: 14 },
    { name: 'c\\d', bytes, method: 0 },
    { name: 'e.zip', bytes: zipOf([{ name: 'a', bytes }]) },
    { name: 'f/', bytes: new Uint8Array(0), method: 0 },
  ]);
  await inFolder({ 'x.zip': zip }, async (folder) => {
    const found = await read(folder);
    assert.deepEqual(codes(found), new Array(2).fill('ARCHIVE_UNSUPPORTED'));
    assert.deepEqual(
      found.documents.map(({ member }) => member),
      ['c/d', 'e.zip/a'],
    );
  });
});

test('recognizes a spreadsheet, and says what to do with it', async () => {
  const zip = zipOf([{ name: '[Content_Types].xml', bytes: Buffer.from('<Types/>') }]);
  await inFolder({ 'x.csv': zip }, async (folder) => {
    const found = await read(folder);
    assert.match(found.refused[0]?.error.message ?? '', /save the sheet as CSV/);
  });
});

test('refuses endlessly nested compression', async () => {
  let bytes: Uint8Array = Buffer.from(LINES);
  for (let layer = 0; layer < 4; layer++) bytes = gzipSync(bytes);
  assert.deepEqual(codes(await collectBytes(bytes)), ['ARCHIVE_UNSUPPORTED']);
});

test('reads compressed standard input, and refuses a ZIP that is too large to hold', async () => {
  assert.equal((await collectBytes(gzipSync(LINES), { pieces: [5] })).drafts.length, 3);
  const zip = zipOf([{ name: 'a', bytes: Buffer.from(LINES) }]);
  assert.equal((await collectBytes(zip, { pieces: [7] })).drafts.length, 3);
  const noise = Buffer.alloc(ARCHIVE_HELD_BYTES_MAX);
  const large = zipOf([{ name: 'a', bytes: noise, method: 0 }]);
  const read = await collectBytes(large, { pieces: [1 << 20] });
  assert.match(read.refused[0]?.error.message ?? '', /save it to a file/);
});

test('reads a ZIP in a ZIP, and in a gzip, up to the nesting limit', async () => {
  const bytes = Buffer.from(LINES);
  const inner = zipOf([{ name: 'a.json', bytes }]);
  const files = {
    'a.zip': zipOf([{ name: 'day/in.zip', bytes: inner }]),
    'b.zip.gz': gzipSync(inner),
  };
  await inFolder(files, async (folder) => {
    const found = await read(folder);
    assert.deepEqual(found.refused, []);
    assert.equal(found.drafts.length, 6);
    assert.equal(found.documents[0]?.member, 'day/in.zip/a.json');
    assert.ok(found.documents[0]?.name.endsWith('a.zip/day/in.zip/a.json'));
  });
  let deep: Buffer<ArrayBuffer> = inner;
  for (let layer = 0; layer < 4; layer++) deep = zipOf([{ name: 'in.zip', bytes: deep }]);
  await inFolder({ 'x.zip': deep }, async (folder) => {
    assert.deepEqual(codes(await read(folder)), ['ARCHIVE_UNSUPPORTED']);
  });
});

test('refuses a ZIP in a ZIP that expands far beyond the file on disk', async () => {
  const spaces = Buffer.alloc(80 << 20, ' ');
  const inner = zipOf([{ name: 'x', bytes: spaces }]);
  await inFolder({ 'x.zip': zipOf([{ name: 'in.zip', bytes: inner }]) }, async (folder) => {
    assert.deepEqual(codes(await read(folder)), ['ARCHIVE_BOMB']);
  });
});

test('an interrupted reader closes its file and can be stopped at any event', async () => {
  await inFolder({ a: MANY, 'b.gz': gzipSync(MANY) }, async (folder) => {
    for (const name of ['a', 'b.gz']) {
      const events = readInputs([{ kind: 'path', path: join(folder, name) }], { chunkBytes: 1000 });
      for await (const event of events) if (event.kind === 'chunk') break;
      truncateSync(join(folder, name), 0);
    }
  });
});
