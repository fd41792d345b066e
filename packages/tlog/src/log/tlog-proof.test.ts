import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import fc from 'fast-check';
import { proveInclusion } from '../merkle/merkle-proof.ts';
import { cosignatureSigner } from '../notes/cosignature.ts';
import {
  ed25519Signer,
  formatSignatureLine,
  type NoteSignature,
  type NoteSigner,
  signNote,
} from '../notes/signed-note.ts';
import { MemoryLog, testKey } from '../testing/memory-log.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { formatProof, parseProof, type TlogProof, verifyProof } from './tlog-proof.ts';
import { parsePolicy, type TrustPolicy } from './trust-policy.ts';

const runs = { numRuns: process.env.COUNTERSIGN_LONG === '1' ? 3000 : 300 };
const ORIGIN = 'log.example/one';
const signer = ed25519Signer(ORIGIN, testKey('log'));
const [w1, w2] = ['w1', 'w2'].map((name) =>
  cosignatureSigner(`${name}.example`, testKey(name), new ManualClock(1_700_000_000_000)),
) as [NoteSigner, NoteSigner];

const w1Later = cosignatureSigner('w1.example', testKey('w1'), new ManualClock(1_800_000_000_000));

const log = new MemoryLog();
for (let i = 0; i < 300; i++) log.append(entryOf(i));
const TEXT = formatCheckpoint({
  origin: ORIGIN,
  size: log.size,
  root: log.root(),
  extensions: [],
});

const ANY_WITNESS = policyOf('group two any w1 w2\nquorum two\n');
const BOTH = policyOf('group two all w1 w2\nquorum two\n');
const NO_WITNESS = policyOf('quorum none\n');

test('writes the proof file format of tlog-proof', () => {
  const lines = formatProof({ ...proofOf(2, [signer]), extra: Buffer.from('hello') }).split('\n');
  assert.deepEqual(lines.slice(0, 3), ['c2sp.org/tlog-proof@v1', 'extra aGVsbG8=', 'index 2']);
  assert.equal(lines.indexOf(''), 12, 'nine hashes lead up from entry 2 of 300');
  assert.equal(lines[13], ORIGIN);
});

test('reads back every proof file that it writes', () => {
  for (const proof of [proofOf(0, [signer]), proofOf(299, [signer, w1, w2])]) {
    assert.deepEqual(parseProof(Buffer.from(formatProof(proof))), proof);
    const withExtra = { ...proof, extra: Buffer.from([0, 255]) };
    assert.deepEqual(parseProof(Buffer.from(formatProof(withExtra))), withExtra);
  }
});

test('proves every entry', () => {
  for (let index = 0; index < log.size; index += 13) {
    const { answer, failed } = verifyProof(proofOf(index, [signer]), entryOf(index), NO_WITNESS);
    assert.ok(answer.kind === 'yes');
    assert.deepEqual(answer.evidence, [{ origin: ORIGIN, index }]);
    assert.equal(answer.asOf.origin, ORIGIN);
    assert.equal(failed, undefined);
  }
});

test('rejects any other entry, and the entry at any other index', () => {
  const proof = proofOf(7, [signer]);
  assert.equal(verifyProof(proof, entryOf(8), NO_WITNESS).answer.kind, 'no');
  assert.equal(verifyProof({ ...proof, index: 8 }, entryOf(7), NO_WITNESS).answer.kind, 'no');
  assert.match(
    verifyProof(proof, entryOf(8), NO_WITNESS).failed ?? '',
    /does not lead to the root/,
  );
});

test('never answers yes for a file with a changed byte', () => {
  const bytes = Buffer.from(formatProof(proofOf(5, [signer, w1, w2])));
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ mask;
      assert.notEqual(verdictOf(changed), 'yes', `byte ${at}`);
    }),
    runs,
  );
});

test('answers unknown without a key for the log', () => {
  const stranger = policyOf('quorum none\n', ed25519Signer('log.example/two', testKey('log')));
  const { answer } = verifyProof(proofOf(1, [signer]), entryOf(1), stranger);
  assert.equal(answer.kind, 'unknown');
});

test('answers no if another key of that name signed', () => {
  const forger = ed25519Signer(ORIGIN, testKey('forger'));
  const { answer, failed } = verifyProof(proofOf(1, [forger]), entryOf(1), NO_WITNESS);
  assert.equal(answer.kind, 'no');
  assert.match(failed ?? '', /signatures is by a known key/);
});

test('requires the quorum of witnesses', () => {
  const cases: [string, NoteSigner[], TrustPolicy, string][] = [
    ['one of any', [signer, w1], ANY_WITNESS, 'yes'],
    ['both of all', [signer, w1, w2], BOTH, 'yes'],
    ['one of all', [signer, w2], BOTH, 'unknown'],
    ['none of any', [signer], ANY_WITNESS, 'unknown'],
    ['one witness at two times', [signer, w1, w1Later], BOTH, 'unknown'],
    ['witnesses without the log', [w1, w2], BOTH, 'no'],
  ];
  for (const [what, signers, policy, expected] of cases) {
    const { answer } = verifyProof(proofOf(3, signers), entryOf(3), policy);
    assert.equal(answer.kind, expected, what);
  }
});

test('refuses a cosignature that is present twice, byte for byte', () => {
  const proof = proofOf(3, [signer, w1, w1]);
  assert.throws(() => verifyProof(proof, entryOf(3), BOTH), { code: 'MALFORMED_NOTE' });
});

test('counts witnesses, not lines, for any set of cosignatures and any quorum', () => {
  const lines = fc.array(
    fc.record({
      name: fc.constantFrom('w1', 'w2', 'w3'),
      at: fc.nat(5),
      text: fc.constantFrom(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT.replace('300', '299')),
    }),
    { maxLength: 6 },
  );
  const verdicts = new Set<string>();
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 3 }), (specs, quorum) => {
      const policy = parsePolicy(Buffer.from(thresholdPolicy(quorum)));
      const signed = specs.map(({ name, at, text }) => witnessOf(name, at).sign(text));
      const checkpoint = { text: TEXT, signatures: [signer.sign(TEXT), ...distinct(signed)] };
      const { answer } = verifyProof({ ...proofOf(3, []), checkpoint }, entryOf(3), policy);
      const isFalse = specs.some(({ text }) => text !== TEXT);
      const isMet = new Set(specs.map(({ name }) => name)).size >= quorum;
      verdicts.add(answer.kind);
      assert.equal(answer.kind, isFalse ? 'no' : isMet ? 'yes' : 'unknown');
    }),
    runs,
  );
  assert.equal(verdicts.size, 3);
});

function witnessOf(name: string, at: number): NoteSigner {
  return cosignatureSigner(`${name}.example`, testKey(name), new ManualClock(at * 1000));
}

function distinct(signatures: readonly NoteSignature[]): NoteSignature[] {
  return [...new Map(signatures.map((s) => [formatSignatureLine(s), s])).values()];
}

function thresholdPolicy(quorum: number): string {
  const witnesses = ['w1', 'w2', 'w3'].map(
    (name) => `witness ${name} ${witnessOf(name, 0).key.vkey}\n`,
  );
  const rule = `group all ${quorum} w1 w2 w3\nquorum all\n`;
  return `log ${signer.key.vkey}\n${witnesses.join('')}${rule}`;
}

test('answers no if a required witness signed something else', () => {
  const proof = proofOf(3, [signer, w1]);
  const false2 = w2.sign(TEXT.replace('300', '301'));
  const checkpoint = {
    ...proof.checkpoint,
    signatures: [...proof.checkpoint.signatures, false2],
  };
  assert.equal(verifyProof({ ...proof, checkpoint }, entryOf(3), ANY_WITNESS).answer.kind, 'no');
});

test('refuses a file that is not exactly one strict proof', () => {
  const good = formatProof(proofOf(5, [signer]));
  const refused: [string, string][] = [
    ['nothing', ''],
    ['another version', good.replace('@v1', '@v2')],
    ['no index', good.replace('index 5\n', '')],
    ['a leading zero', good.replace('index 5', 'index 05')],
    ['an index beyond 2^53', good.replace('index 5', 'index 9007199254740992')],
    ['extra after the index', good.replace('index 5\n', 'index 5\nextra aGVsbG8=\n')],
    ['an empty extra', good.replace('index 5\n', 'extra \nindex 5\n')],
    ['two extras', good.replace('index 5\n', 'extra aGVsbG8=\nextra aGVsbG8=\nindex 5\n')],
    ['an extra that is not base64', good.replace('index 5\n', 'extra aGVsbG8\nindex 5\n')],
    ['a short hash', good.replace(/index 5\n./, 'index 5\n')],
    ['64 hashes', good.replace('index 5\n', `index 5\n${`${'A'.repeat(43)}=\n`.repeat(64)}`)],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
    ['no checkpoint', good.slice(0, good.indexOf('\n\n') + 2)],
  ];
  for (const [what, text] of refused) {
    assert.throws(() => parseProof(Buffer.from(text)), { name: 'TlogError' }, what);
  }
});

function entryOf(index: number): Buffer {
  return Buffer.from(`entry ${index}`);
}

function proofOf(index: number, signers: readonly NoteSigner[]): TlogProof {
  return {
    index,
    hashes: proveInclusion(index, log.size, log.readHash()),
    checkpoint: signNote(TEXT, signers),
  };
}

function policyOf(rest: string, by: NoteSigner = signer): TrustPolicy {
  const witnesses = `witness w1 ${w1.key.vkey}\nwitness w2 ${w2.key.vkey}\n`;
  return parsePolicy(Buffer.from(`log ${by.key.vkey}\n${witnesses}${rest}`));
}

function verdictOf(bytes: Uint8Array): string {
  try {
    return verifyProof(parseProof(bytes), entryOf(5), BOTH).answer.kind;
  } catch (error) {
    assert.equal((error as Error).name, 'TlogError');
    return 'malformed';
  }
}
