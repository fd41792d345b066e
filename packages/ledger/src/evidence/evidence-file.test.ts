import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import {
  ed25519Signer,
  formatCheckpoint,
  formatNote,
  leafHash,
  type NoteSigner,
  nodeHash,
  sha256,
  signNote,
} from '@countersign/tlog';
import fc from 'fast-check';
import { formatLeaf, parseLeaf } from '../entries/leaf.ts';
import { formatRotation } from '../folder/key-rotation.ts';
import { type Evidence, type EvidenceItem, encodeEvidence } from './evidence-file.ts';
import { verifyEvidence } from './verify-evidence.ts';

const RUNS = process.env['COUNTERSIGN_LONG'] === '1' ? 20_000 : 400;
const ORIGIN = 'example.com/books';

function signer(): NoteSigner {
  return ed25519Signer(ORIGIN, generateKeyPairSync('ed25519').privateKey);
}

function leafOf(salt: Buffer, body: Buffer): Buffer {
  const commitment = sha256(Buffer.concat([salt, sha256(body)])).toString('hex');
  const base = parseLeaf(
    Buffer.from(
      '{"v":2,"kind":"record","tenant":"11111111-2222-3333-4444-555555555555",' +
        '"source":"m365.export/unified-audit-log","id":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",' +
        '"at":"2024-01-12T08:31:07Z","seen":"2024-01-12T09:40:02.118Z","size":1,' +
        `"commitment":"${'0'.repeat(64)}"}`,
    ),
  );
  return Buffer.from(formatLeaf({ ...base, size: body.length, commitment }));
}

/** A log of two entries, with evidence for the first and, on request, for the second. */
function sample(key: NoteSigner, options: { both?: 'both'; erased?: 'erased' } = {}): Evidence {
  const salts = [Buffer.alloc(16, 7), Buffer.alloc(16, 9)];
  const bodies = [Buffer.from('{"UserId":"ann@example.com"}'), Buffer.from('{}')];
  const leaves = [0, 1].map((i) => leafOf(salts[i] as Buffer, bodies[i] as Buffer));
  const hashes = leaves.map((leaf) => leafHash(leaf));
  const root = nodeHash(hashes[0] as Buffer, hashes[1] as Buffer);
  const text = formatCheckpoint({ origin: ORIGIN, size: 2, root, extensions: [] });
  const item = (i: 0 | 1): EvidenceItem => ({
    index: i,
    leaf: leaves[i] as Buffer,
    content:
      options.erased === undefined
        ? { salt: salts[i] as Buffer, body: bodies[i] as Buffer }
        : undefined,
    proof: [hashes[1 - i] as Buffer],
  });
  const items = options.both === undefined ? [item(0)] : [item(0), item(1)];
  return { rotations: [], items, checkpoint: formatNote(signNote(text, [key])) };
}

test('verifies with the pinned key and returns the body', () => {
  const key = signer();
  const report = verifyEvidence(encodeEvidence(sample(key, { both: 'both' })), key.key.vkey);
  assert.deepEqual(report.problems, []);
  assert.equal(report.answer.kind, 'yes');
  assert.equal(report.items.length, 2);
  assert.equal(
    Buffer.from(report.items[0]?.body as Uint8Array).toString(),
    '{"UserId":"ann@example.com"}',
  );
});

test('answers unknown without a pinned key, even if everything matches', () => {
  const report = verifyEvidence(encodeEvidence(sample(signer())), undefined);
  assert.equal(report.answer.kind, 'unknown');
  assert.deepEqual(report.problems, []);
});

test('answers no under another key', () => {
  const report = verifyEvidence(encodeEvidence(sample(signer())), signer().key.vkey);
  assert.equal(report.answer.kind, 'no');
});

test('proves the envelope of an erased body', () => {
  const key = signer();
  const report = verifyEvidence(encodeEvidence(sample(key, { erased: 'erased' })), key.key.vkey);
  assert.equal(report.answer.kind, 'yes');
  assert.equal(report.items[0]?.body, 'erased');
});

test('follows a rotation from the pinned key, and accepts no other path', () => {
  const [old, next, stranger] = [signer(), signer(), signer()];
  const rolled = { ...sample(next), rotations: [formatRotation(ORIGIN, old, next)] };
  assert.equal(verifyEvidence(encodeEvidence(rolled), old.key.vkey).answer.kind, 'yes');
  assert.equal(verifyEvidence(encodeEvidence(rolled), next.key.vkey).answer.kind, 'yes');
  assert.equal(verifyEvidence(encodeEvidence(rolled), stranger.key.vkey).answer.kind, 'no');
});

test('refuses a rotation that only one of the keys has signed', () => {
  const [old, next] = [signer(), signer()];
  const whole = formatRotation(ORIGIN, old, next);
  const half = whole.split('\n').toSpliced(-2, 1).join('\n');
  const rolled = { ...sample(next), rotations: [half] };
  assert.equal(verifyEvidence(encodeEvidence(rolled), old.key.vkey).answer.kind, 'no');
});

test('refuses an erased claim that hides only the salt', () => {
  const key = signer();
  const text = encodeEvidence(sample(key)).toString();
  const lines = text.split('\n').slice(0, -2);
  const item = JSON.parse(lines[1] as string) as Record<string, unknown>;
  lines[1] = JSON.stringify({ ...item, salt: null });
  const proven = lines.map((line) => `${line}\n`).join('');
  const digest = JSON.stringify({ sha256: sha256(Buffer.from(proven)).toString('hex') });
  const report = verifyEvidence(Buffer.from(`${proven}${digest}\n`), key.key.vkey);
  assert.equal(report.answer.kind, 'no');
});

test('fails if any byte is changed, dropped, added or swapped, with and without a key', () => {
  const key = signer();
  const bytes = encodeEvidence(sample(key, { both: 'both' }));
  const seed = Number(process.env['COUNTERSIGN_SEED'] ?? 1);
  fc.assert(
    fc.property(
      fc.nat(bytes.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom('flip', 'drop', 'add', 'swap'),
      (at, mask, how) => {
        const changed = mutate(bytes, at, mask, how);
        if (changed.equals(bytes)) return;
        assert.equal(verifyEvidence(changed, key.key.vkey).answer.kind, 'no');
        assert.equal(verifyEvidence(changed, undefined).answer.kind, 'no');
      },
    ),
    { seed, numRuns: RUNS },
  );
});

test('verifies arbitrary bytes without throwing', () => {
  const seed = Number(process.env['COUNTERSIGN_SEED'] ?? 1);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(verifyEvidence(bytes, undefined).answer.kind, 'no');
    }),
    { seed, numRuns: RUNS },
  );
});

function mutate(bytes: Buffer, at: number, mask: number, how: string): Buffer {
  const head = bytes.subarray(0, at);
  const tail = bytes.subarray(at + 1);
  const byte = bytes[at] as number;
  if (how === 'flip') return Buffer.concat([head, Buffer.from([byte ^ mask]), tail]);
  if (how === 'drop') return Buffer.concat([head, tail]);
  if (how === 'add') return Buffer.concat([head, Buffer.from([mask]), bytes.subarray(at)]);
  const other = (at + mask) % bytes.length;
  const copy = Buffer.from(bytes);
  copy[at] = bytes[other] as number;
  copy[other] = byte;
  return copy;
}

test('a file of format 1 is refused with the version to use', () => {
  const key = signer();
  const text = encodeEvidence(sample(key)).toString('utf8').replace('"v":2', '"v":1');
  const { answer, problems, items } = verifyEvidence(Buffer.from(text), key.key.vkey);
  assert.equal(answer.kind, 'no');
  assert.deepEqual(items, []);
  assert.match(problems.join('\n'), /format is 1; verify it with the version of Countersign that/);
});
