import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManualClock } from '@countersign/core';
import fc from 'fast-check';
import { testEach } from '../../../../tools/testing/each.ts';
import { formatCheckpoint, openCheckpoint } from '../log/checkpoint.ts';
import { leafHash } from '../merkle/merkle-hash.ts';
import { cosignatureSigner, cosignatureTime } from '../notes/cosignature.ts';
import { verifierOf } from '../notes/signature-types.ts';
import {
  ed25519Signer,
  formatNote,
  isSignatureBy,
  parseSignatureLine,
  signNote,
} from '../notes/signed-note.ts';
import { testKey } from '../testing/memory-log.ts';
import { forked, honest, logSigner, ORIGIN, temporaryFolder } from '../testing/witnessed-log.ts';
import {
  formatAddCheckpoint,
  originHash,
  parseAddCheckpoint,
  Witness,
  type WitnessAnswer,
} from './witness.ts';
import { FileWitnessStore, type WitnessStore } from './witness-store.ts';

const runs = { numRuns: process.env.COUNTERSIGN_LONG === '1' ? 5000 : 300 };
const clock = new ManualClock(1_700_000_000_000);
const signer = cosignatureSigner('witness.example', testKey('witness'), clock);

let folder: ReturnType<typeof temporaryFolder>;
let store: FileWitnessStore;
let witness: Witness;

const test = testEach(
  () => {
    folder = temporaryFolder();
    store = new FileWitnessStore(folder.path);
    witness = witnessOver(store);
  },
  () => {
    store.close();
    folder[Symbol.dispose]();
  },
);

test('cosigns a log as it grows, and cosigns the same checkpoint again', () => {
  for (const [oldSize, size] of [
    [0, 1],
    [1, 7],
    [7, 7],
    [7, 8],
    [8, 40],
  ] as const) {
    const answer = witness.addCheckpoint(honest.body(oldSize, size));
    assert.equal(answer.status, 200, answer.body);
    assert.equal(answer.contentType, 'text/plain; charset=utf-8');
    const line = parseSignatureLine(answer.body.trimEnd());
    assert.equal(`${line.name}`, 'witness.example');
    assert.ok(isSignatureBy(line, signer.key));
    assert.ok(verifierOf(signer.key).verify(honest.text(size), line.payload));
    assert.equal(cosignatureTime(line.payload), 1_700_000_000);
  }
});

test('serves the latest checkpoint that it cosigned, signed by log and witness', () => {
  assert.equal(witness.latest(originHash(ORIGIN)).status, 404);
  witness.addCheckpoint(honest.body(0, 5));
  const stranger = ed25519Signer('stranger.example', testKey('stranger'));
  const proof = honest.proof(5, 9);
  const note = honest.note(9, [stranger, logSigner]);
  witness.addCheckpoint(formatAddCheckpoint({ oldSize: 5, proof, note }));
  const shown = witness.latest(originHash(ORIGIN));
  assert.equal(shown.status, 200);
  const checkpoint = openCheckpoint(Buffer.from(shown.body), {
    log: verifierOf(logSigner.key),
    witnesses: [verifierOf(signer.key)],
  });
  assert.equal(checkpoint.size, 9);
  assert.equal(checkpoint.cosignatures.length, 1);
  assert.deepEqual(checkpoint.unverified, [], 'signatures by strangers are not kept');
});

test('starts with an empty log only if its root is the empty root', () => {
  const lie = { origin: ORIGIN, size: 0, root: leafHash(Buffer.alloc(0)), extensions: [] };
  const note = Buffer.from(formatNote(signNote(formatCheckpoint(lie), [logSigner])));
  expectStatus(formatAddCheckpoint({ oldSize: 0, proof: [], note }), 422);
  expectStatus(honest.body(0, 0), 200);
  expectStatus(honest.body(0, 0), 200);
  expectStatus(honest.body(0, 3), 200);
});

test('names the known size to a log that starts from another size', () => {
  expectStatus(honest.body(0, 20), 200);
  for (const [oldSize, size] of [
    [0, 20],
    [0, 30],
    [10, 30],
    [19, 20],
    [21, 30],
  ] as const) {
    const answer = expectStatus(honest.body(oldSize, size), 409);
    assert.equal(answer.body, '20\n');
    assert.equal(answer.contentType, 'text/x.tlog.size');
  }
  assert.equal(witnessOver(emptyStore()).addCheckpoint(honest.body(5, 6)).body, '0\n');
});

test('does not cosign a log that was rolled back', () => {
  expectStatus(honest.body(0, 20), 200);
  expectStatus(honest.body(0, 12), 409);
  expectStatus(formatAddCheckpoint({ oldSize: 20, proof: [], note: honest.note(12) }), 400);
});

test('does not cosign a log that was forked', () => {
  expectStatus(honest.body(0, 20), 200);
  expectStatus(forked.body(0, 20), 409);
  expectStatus(forked.body(20, 20), 422);
  expectStatus(forked.body(20, 30), 422);
  expectStatus(forked.body(10, 30), 409);
  expectStatus(honest.body(20, 30), 200);
});

test('refuses proofs that do not verify', () => {
  const hash = leafHash(Buffer.from('x'));
  const first = { oldSize: 0, proof: [hash], note: honest.note(4) };
  expectStatus(formatAddCheckpoint(first), 422);
  expectStatus(honest.body(0, 6), 200);
  const proof = honest.proof(6, 11);
  const note = honest.note(11);
  for (const bad of [
    [],
    proof.slice(1),
    [...proof, hash],
    proof.with(0, hash),
    proof.toReversed(),
  ]) {
    expectStatus(formatAddCheckpoint({ oldSize: 6, proof: bad, note }), 422);
  }
  expectStatus(formatAddCheckpoint({ oldSize: 6, proof: [hash], note: honest.note(6) }), 422);
});

test('identifies logs by their keys', () => {
  const sameName = ed25519Signer(ORIGIN, testKey('not the log'));
  const otherName = ed25519Signer('log.example/other', testKey('watched log'));
  const signedBy = (...signers: Parameters<typeof honest.note>[1] & object): Buffer =>
    formatAddCheckpoint({ oldSize: 0, proof: [], note: honest.note(3, signers) });
  expectStatus(signedBy(sameName), 403);
  expectStatus(signedBy(otherName), 403);
  const forgery = { ...logSigner, sign: () => ({ ...logSigner.sign('another text\n') }) };
  expectStatus(signedBy(forgery), 403);
  expectStatus(signedBy(logSigner, forgery), 403);
  const unknown = { origin: 'log.example/other', size: 0, root: honest.root(0), extensions: [] };
  const note = Buffer.from(formatNote(signNote(formatCheckpoint(unknown), [otherName, logSigner])));
  expectStatus(formatAddCheckpoint({ oldSize: 0, proof: [], note }), 404);
  expectStatus(signedBy(sameName, logSigner), 200);
});

test('answers a malformed request with 400', () => {
  const good = honest.body(0, 3).toString();
  const hash = `${'A'.repeat(43)}=\n`;
  const refused: [string, string | Buffer][] = [
    ['nothing', ''],
    ['no old size', good.replace('old 0\n', '')],
    ['a leading zero', good.replace('old 0', 'old 00')],
    ['a negative old size', good.replace('old 0', 'old -1')],
    ['an old size beyond 2^53', good.replace('old 0', 'old 9007199254740992')],
    ['another word', good.replace('old', 'new')],
    ['no empty line', good.replace('\n\n', '\n')],
    ['64 hashes', good.replace('old 0\n', `old 0\n${hash.repeat(64)}`)],
    ['an invalid hash', good.replace('old 0\n', 'old 0\nAAAA\n')],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
    ['a checkpoint of one line', `old 0\n\n${formatNote(signNote('a\n', [logSigner]))}`],
    ['no signature', good.slice(0, good.lastIndexOf('\u2014'))],
    ['bytes that are not text', Buffer.concat([Buffer.from('old 0\n\n'), Buffer.alloc(9, 0xff)])],
  ];
  for (const [what, body] of refused) {
    assert.equal(witness.addCheckpoint(Buffer.from(body)).status, 400, what);
  }
});

test('cosigns nothing if any byte of a request was changed', () => {
  expectStatus(honest.body(0, 11), 200);
  const body = honest.body(11, 33);
  fc.assert(
    fc.property(fc.nat({ max: body.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] as number) ^ mask;
      assert.notEqual(witness.addCheckpoint(changed).status, 200, `byte ${at}`);
    }),
    runs,
  );
  expectStatus(body, 200);
});

test('reads back every request that it writes', () => {
  const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 });
  fc.assert(
    fc.property(fc.maxSafeNat(), hashes, fc.uint8Array(), (oldSize, list, note) => {
      const read = parseAddCheckpoint(formatAddCheckpoint({ oldSize, proof: list, note }));
      assert.equal(read.oldSize, oldSize);
      assert.deepEqual(
        read.proof.map((h) => [...h]),
        list.map((h) => [...h]),
      );
      assert.deepEqual([...read.note], [...note]);
    }),
    runs,
  );
});

test('yields to a submission that arrived between its read and its signature', () => {
  expectStatus(honest.body(0, 10), 200);
  const overtaken = witnessOver({
    latest(origin) {
      const known = store.latest(origin);
      // Another process persists here; the fork that we are asked to sign must lose.
      witness.addCheckpoint(honest.body(10, 15));
      return known;
    },
    latestByHash: (hash) => store.latestByHash(hash),
    checkAndSet: (update) => store.checkAndSet(update),
  });
  const answer = overtaken.addCheckpoint(forked.body(10, 20));
  assert.equal(answer.status, 409);
  assert.equal(answer.body, '15\n');
  assert.equal(store.latest(ORIGIN)?.size, 15);
});

test('keeps what it persisted when it crashes before it answers', () => {
  expectStatus(honest.body(0, 10), 200);
  const crashing = witnessOver({
    latest: (origin) => store.latest(origin),
    latestByHash: (hash) => store.latestByHash(hash),
    checkAndSet(update) {
      store.checkAndSet(update);
      throw new Error('power cut');
    },
  });
  assert.throws(() => crashing.addCheckpoint(honest.body(10, 20)), /power cut/);
  store.close();
  store = new FileWitnessStore(folder.path);
  witness = witnessOver(store);
  expectStatus(forked.body(10, 20), 409);
  expectStatus(forked.body(20, 20), 422);
  assert.equal(expectStatus(honest.body(10, 20), 409).body, '20\n');
  expectStatus(honest.body(20, 20), 200);
});

test('locks its state while it runs', () => {
  expectStatus(honest.body(0, 3), 200);
  assert.throws(() => new FileWitnessStore(folder.path), { code: 'WITNESS_STATE' });
  store.close();
  store = new FileWitnessStore(folder.path);
  assert.equal(store.latest(ORIGIN)?.size, 3);
});

test('does not treat a damaged state as an empty one', () => {
  const damaged = temporaryFolder();
  writeFileSync(join(damaged.path, 'witness.sqlite'), 'x'.repeat(5000));
  assert.throws(() => new FileWitnessStore(damaged.path), { code: 'WITNESS_STATE' });
  damaged[Symbol.dispose]();
});

test('stores sizes up to the largest without rounding', () => {
  const next = { size: Number.MAX_SAFE_INTEGER - 1, root: Buffer.alloc(32), note: 'n' };
  const update = { origin: 'o', originHash: originHash('o') };
  assert.equal(store.checkAndSet({ ...update, expectedSize: undefined, next }), 'set');
  assert.equal(store.checkAndSet({ ...update, expectedSize: undefined, next }), 'stale');
  assert.equal(store.latest('o')?.size, Number.MAX_SAFE_INTEGER - 1);
  const larger = { ...next, size: Number.MAX_SAFE_INTEGER };
  assert.equal(
    store.checkAndSet({ ...update, expectedSize: Number.MAX_SAFE_INTEGER, next: larger }),
    'stale',
  );
  assert.equal(store.checkAndSet({ ...update, expectedSize: next.size, next: larger }), 'set');
});

function witnessOver(over: WitnessStore): Witness {
  return new Witness({ logs: [verifierOf(logSigner.key)], signer, store: over });
}

function expectStatus(body: Uint8Array, status: number): WitnessAnswer {
  const answer = witness.addCheckpoint(body);
  assert.equal(answer.status, status, answer.body);
  return answer;
}

function emptyStore(): WitnessStore {
  return { latest: () => undefined, latestByHash: () => undefined, checkAndSet: () => 'stale' };
}
