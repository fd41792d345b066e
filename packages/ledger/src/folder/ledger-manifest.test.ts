import assert from 'node:assert/strict';
import { generateKeyPairSync, randomFillSync } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { temporaryFolder } from '@countersign/tlog/testing/witnessed-log';
import { Ledger, type LedgerOptions } from '../ledger.ts';
import { LedgerReader } from '../ledger-reader.ts';
import { numbered } from '../testing/numbered-draft.ts';
import { dayOf, layout } from './folder-layout.ts';

const random = { fill: randomFillSync };

const open = (dir: string, over: Partial<LedgerOptions> = {}): Promise<Ledger> =>
  Ledger.open({ dir, clock: systemClock, random, integration: 'manual', ...over });

/** A closed folder with a ledger of three entries. */
async function withLedger(run: (dir: string, parent: string) => Promise<void>): Promise<void> {
  const folder = temporaryFolder();
  try {
    const dir = join(folder.path, 'data');
    const ledger = await open(dir);
    await ledger.append([0, 1, 2].map(numbered));
    await ledger.close();
    await run(dir, folder.path);
  } finally {
    folder[Symbol.dispose]();
  }
}

async function opensAndCloses(dir: string, over: Partial<LedgerOptions> = {}): Promise<void> {
  const ledger = await open(dir, over);
  assert.equal(ledger.size, 3);
  await ledger.close();
}

test('keys and folders are readable by their owner only', async () => {
  await withLedger(async (dir) => {
    for (const path of [dir, layout.keys(dir), layout.bodies(dir)]) {
      assert.equal(statSync(path).mode & 0o777, 0o700, path);
    }
    for (const path of [layout.noteKey(dir), layout.localKeys(dir), layout.checkpoint(dir)]) {
      assert.equal(statSync(path).mode & 0o777, 0o600, path);
    }
  });
});

test('a folder of another version is refused with what to do, and not changed', async () => {
  await withLedger(async (dir) => {
    const facts = JSON.parse(readFileSync(layout.manifest(dir), 'utf8')) as object;
    writeFileSync(layout.manifest(dir), JSON.stringify({ ...facts, format: 1 }));
    rmSync(layout.journal(dir), { recursive: true });
    const refusal = {
      code: 'FOLDER_VERSION',
      message: /format is 1 .* reads format 2\. Open it with .*, or import its sources into a new/,
    };
    await assert.rejects(open(dir), refusal);
    await assert.rejects(LedgerReader.open(dir), refusal);
    assert.ok(!existsSync(layout.journal(dir)));
  });
});

test('a manifest that is not a JSON object gives a one-sentence error', async () => {
  const cases: readonly (readonly [text: string, what: RegExp])[] = [
    ['', /: it is empty; restore/],
    [' \n', /: it is empty; restore/],
    ['{"format": 2, "orig', /: it is not JSON, or it is truncated; restore/],
    ['[]', /: it holds JSON, but not an object; restore/],
    ['null', /: it holds JSON, but not an object; restore/],
    ['7', /: it holds JSON, but not an object; restore/],
    ['{}', /: it names no format; restore/],
  ];
  await withLedger(async (dir) => {
    for (const [text, message] of cases) {
      writeFileSync(layout.manifest(dir), text);
      const refusal = { code: 'FOLDER_CORRUPT', message };
      await assert.rejects(open(dir), refusal, text);
      await assert.rejects(LedgerReader.open(dir), refusal, text);
    }
  });
});

test('a folder with a changed manifest is refused', async () => {
  await withLedger(async (dir) => {
    const facts = JSON.parse(readFileSync(layout.manifest(dir), 'utf8')) as { vkeys: string[] };
    const cases = [
      '',
      '{',
      '[]',
      'null',
      '{"format":1}',
      '{"format":1,"origin":"a b","vkeys":[]}',
      JSON.stringify({ ...facts, vkeys: [] }),
      JSON.stringify({ ...facts, vkeys: [7] }),
      JSON.stringify({ ...facts, origin: 'log.example/other' }),
    ];
    for (const text of cases) {
      writeFileSync(layout.manifest(dir), text);
      const isKnown = (error: { code?: string }): boolean =>
        ['FOLDER_CORRUPT', 'FOLDER_VERSION', 'MALFORMED_KEY'].includes(error.code ?? '');
      await assert.rejects(open(dir), isKnown, text);
    }
    rmSync(layout.manifest(dir));
    await assert.rejects(open(dir), { code: 'FOLDER_CORRUPT' });
  });
});

test('a ledger keeps its given name', async () => {
  await withLedger(async (dir) => {
    await assert.rejects(open(dir, { origin: 'log.example/other' }), { code: 'ORIGIN_MISMATCH' });
    await opensAndCloses(dir);
  });
});

test('a copy does not append unless told to fork; the original appends', async () => {
  await withLedger(async (dir, parent) => {
    const copy = join(parent, 'copy');
    cpSync(dir, copy, { recursive: true });
    await assert.rejects(open(copy), { code: 'RESTORED_FOLDER', message: /--accept-fork/ });
    await assert.rejects(open(copy), { code: 'RESTORED_FOLDER' });
    await opensAndCloses(dir);
    await opensAndCloses(copy, { acceptFork: 'accept' });
    await opensAndCloses(copy);
  });
});

test('a folder that was restored over itself does not append', async () => {
  await withLedger(async (dir, parent) => {
    cpSync(dir, join(parent, 'backup'), { recursive: true });
    await opensAndCloses(dir);
    cpSync(join(parent, 'backup'), dir, { recursive: true });
    await assert.rejects(open(dir), { code: 'RESTORED_FOLDER' });
  });
});

test('a folder restored without its host file does not append; a renamed one does', async () => {
  await withLedger(async (dir, parent) => {
    const renamed = join(parent, 'renamed');
    renameSync(dir, renamed);
    await opensAndCloses(renamed);
    rmSync(layout.hostFacts(renamed));
    await assert.rejects(open(renamed), { code: 'RESTORED_FOLDER' });
  });
});

test('a copy can be read', async () => {
  await withLedger(async (dir, parent) => {
    const copy = join(parent, 'copy');
    cpSync(dir, copy, { recursive: true });
    const reader = await LedgerReader.open(copy);
    assert.equal(reader.size, 3);
    reader.close();
  });
});

test('the key may be outside the folder, and must then be named every time', async () => {
  const folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  const keyFile = join(folder.path, 'secrets', 'note.pem');
  const made = await open(dir, { keyFile });
  const { vkey } = made;
  await made.append([0, 1, 2].map(numbered));
  await made.close();
  assert.ok(!existsSync(layout.noteKey(dir)));
  await assert.rejects(open(dir), { code: 'MISSING_KEY', message: /--key/ });
  const again = await open(dir, { keyFile });
  assert.equal(again.vkey, vkey);
  await again.close();
  folder[Symbol.dispose]();
});

test('accepts a key of another program, but only the key that signed before', async () => {
  await withLedger(async (dir, parent) => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    const keyFile = join(parent, 'other.pem');
    writeFileSync(keyFile, pem, { mode: 0o600 });
    await assert.rejects(open(dir, { keyFile }), { code: 'KEY_MISMATCH' });
    const fresh = await open(join(parent, 'fresh'), { keyFile });
    await fresh.close();
  });
});

test('refuses a secret of the data folder that others can read or write', async () => {
  await withLedger(async (dir) => {
    const receiver = join(layout.keys(dir), 'receivers', 'a.header');
    mkdirSync(dirname(receiver), { mode: 0o700 });
    writeFileSync(receiver, 'Bearer x', { mode: 0o600 });
    for (const path of [layout.noteKey(dir), layout.localKeys(dir), receiver]) {
      for (const mode of [0o604, 0o644, 0o620, 0o602, 0o666]) {
        chmodSync(path, mode);
        const message = new RegExp(`mode ${mode.toString(8)}\\); run chmod 600 ${path}$`);
        await assert.rejects(open(dir), { code: 'KEY_PERMISSIONS', message });
      }
      for (const mode of [0o400, 0o440, 0o640, 0o600]) {
        chmodSync(path, mode);
        await opensAndCloses(dir);
      }
    }
  });
});

test('refuses key files without a key', async () => {
  await withLedger(async (dir, parent) => {
    const keyFile = join(parent, 'key.pem');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    for (const text of ['', 'secret', rsa.export({ type: 'pkcs8', format: 'pem' })]) {
      writeFileSync(keyFile, text, { mode: 0o600 });
      await assert.rejects(open(dir, { keyFile }), { code: 'MALFORMED_KEY' });
    }
    writeFileSync(layout.localKeys(dir), 'id 00\n');
    await assert.rejects(open(dir), { code: 'MALFORMED_KEY' });
  });
});

test('no error and no file outside keys/ contains a secret', async () => {
  await withLedger(async (dir) => {
    const secret = readFileSync(layout.noteKey(dir), 'utf8').split('\n')[1] as string;
    writeFileSync(layout.noteKey(dir), `-----BEGIN PRIVATE KEY-----\n${secret}`, { mode: 0o600 });
    await assert.rejects(open(dir), (error: Error) => {
      assert.ok(!`${error.message} ${String(error.cause)}`.includes(secret.slice(4, 40)));
      return true;
    });
  });
});

test('a tile that was changed while the ledger was closed is found at opening', async () => {
  await withLedger(async (dir) => {
    const path = layout.logFile(dir, 'tile/0/000.p/3');
    const bytes = readFileSync(path);
    bytes[40] = (bytes[40] as number) ^ 1;
    writeFileSync(path, bytes);
    await assert.rejects(open(dir), { code: 'FOLDER_CORRUPT', message: /fsck/ });
    rmSync(path);
    await assert.rejects(open(dir), { code: 'FOLDER_CORRUPT', message: /000\.p\/3/ });
  });
});

test('a missing or truncated segment is found at opening', async () => {
  await withLedger(async (dir) => {
    const day = dayOf(systemClock.now()).replaceAll('-', '/');
    const path = join(layout.bodies(dir), day, '000000000000.seg');
    // If the test runs over midnight, the segment is under the day before.
    if (!existsSync(path)) return;
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    await assert.rejects(open(dir), { code: 'SEGMENT_CORRUPT' });
    rmSync(path);
    await assert.rejects(open(dir), { code: 'SEGMENT_CORRUPT' });
  });
});

test('a file in place of a folder is an error, and changes nothing', async () => {
  const folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  mkdirSync(dir);
  writeFileSync(layout.journal(dir), 'in the way');
  await assert.rejects(open(dir));
  rmSync(layout.journal(dir));
  const ledger = await open(dir);
  await ledger.close();
  folder[Symbol.dispose]();
});
