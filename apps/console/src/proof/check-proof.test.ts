import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import {
  cosignatureSigner,
  ed25519Signer,
  formatCheckpoint,
  formatProof,
  leafHash as leafHashOfTlog,
  type NoteSigner,
  proveInclusion,
  signNote,
  verifyInclusion,
} from '@countersign/tlog';
import { MemoryLog, testKey } from '@countersign/tlog/testing/memory-log';
import fc from 'fast-check';
import { SEED } from '../../../../tools/property.ts';
import { formatBase64, hex, isSameBytes, utf8 } from './bytes.ts';
import { checkProof } from './check-entry.ts';
import { ed25519Of, type VerifyEd25519 } from './ed25519.ts';
import { climb, leafHash } from './merkle.ts';
import { ProofError } from './proof-error.ts';
import { answerOf, type ProofStep } from './proof-step.ts';
import { parseNote, parseVkey, verifySignatures } from './signed-note.ts';
import type { Pins } from './trust.ts';

const ORIGIN = 'log.example/one';
const signer = ed25519Signer(ORIGIN, testKey('log'));
const witness = cosignatureSigner('w1.example', testKey('w1'), new ManualClock(1_700_000_000_000));
const stranger = ed25519Signer(ORIGIN, testKey('stranger'));
const PINS: Pins = { log: signer.key.vkey, witnesses: [witness.key.vkey] };

const log = new MemoryLog();
for (let i = 0; i < 300; i++) log.append(Buffer.from(leafOf(i)));
const TEXT = formatCheckpoint({ origin: ORIGIN, size: 300, root: log.root(), extensions: [] });

const VERIFIERS: readonly [string, VerifyEd25519][] = [
  ['WebCrypto', ed25519Of(crypto.subtle)],
  ['JavaScript', ed25519Of(undefined)],
];
const verify = ed25519Of(crypto.subtle);

function leafOf(index: number): string {
  return (
    '{"v":2,"kind":"record","tenant":"11111111-2222-3333-4444-555555555555",' +
    '"source":"m365.export/unified-audit-log","id":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",' +
    `"at":"2024-01-12T08:31:07Z","seen":"2024-01-12T09:40:02.118Z","size":${index},` +
    `"commitment":"${'0'.repeat(64)}"}`
  );
}

function proofOf(index: number, signers: readonly NoteSigner[] = [signer, witness]): string {
  const hashes = proveInclusion(index, log.size, log.readHash());
  return formatProof({ index, hashes, checkpoint: signNote(TEXT, signers) });
}

async function stepsOf(
  index: number,
  proof: string,
  pins: Pins = PINS,
  check: VerifyEd25519 = verify,
): Promise<ProofStep[]> {
  const steps: ProofStep[] = [];
  const claim = { leaf: leafOf(index), content: 'absent', proof, rotations: [] } as const;
  for await (const step of checkProof(claim, pins, check)) steps.push(step);
  return steps;
}

async function answer(...args: Parameters<typeof stepsOf>): Promise<ProofStep['answer']> {
  return answerOf(await stepsOf(...args));
}

for (const [name, check] of VERIFIERS) {
  test(`proves an entry step by step, with ${name}`, async () => {
    const steps = await stepsOf(5, proofOf(5), PINS, check);
    const kinds = steps.map(({ kind, answer }) => `${kind} ${answer}`);
    assert.deepEqual(kinds, ['leaf yes', 'path yes', 'root yes', 'signature yes', 'witness yes']);
    assert.equal(steps[2]?.value, log.root().toString('base64'));
    assert.equal(steps[4]?.value, 'w1.example, 2023-11-14T22:13:20.000Z');
  });

  test(`verifies the signature of the published vector, with ${name}`, async () => {
    const key = parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    const signature =
      'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj' +
      'OBH3mFXmRKuwHjG1Yu72IneyaQM=';
    const note = (text: string): string => `${text}\n\n\u2014 example.com/foo ${signature}\n`;
    const whole = parseNote(note('This is an example message.'));
    assert.equal(await verifySignatures(whole, key, check), 'true');
    const changed = parseNote(note('This is an example massage.'));
    assert.equal(await verifySignatures(changed, key, check), 'false');
  });
}

test('hashes the published trees to their roots', () => {
  assert.equal(
    hex(leafHash(utf8(''))),
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
  const ROOTS = [
    [1, '2zQm6HgGjSjSabbIcXIyLOU3K2V1bQeJAB00g19gHAM='],
    [2, 'ywCYnZSlacCmeK4EK2Pc1GJduWRAUX83put5duok7Us='],
    [7, 'o+I7Msy2v5bQktFl2KpUbgmCnejwOw6JV1gdHha5K98='],
    [257, 'HtoEmkNR2G92JSvX7At3Rq11t/oDFq1fVB29pFijEsQ='],
  ] as const;
  for (const [size, root] of ROOTS) {
    const tree = new MemoryLog();
    for (let i = 0; i < size; i++) tree.append(Buffer.from(String(i)));
    for (const index of [0, size >> 1, size - 1]) {
      const hashes = proveInclusion(index, size, tree.readHash());
      const leaf = leafHash(utf8(String(index)));
      const steps = climb({ index, size, leaf, hashes });
      assert.equal(formatBase64(steps?.at(-1)?.parent ?? leaf), root, `${index} of ${size}`);
    }
  }
});

test('agrees with packages/tlog on paths, true and false', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.array(hash, { maxLength: 10 }), (index, n, others) => {
      const leaf = leafHashOfTlog(Buffer.from(leafOf(index)));
      const proven = index < 300 ? proveInclusion(index, 300, log.readHash()) : [];
      for (const [size, proof] of [
        [300, proven],
        [n, proven],
        [n, others],
      ] as const) {
        const steps = climb({ index, size, leaf, hashes: proof });
        const root = steps?.at(-1)?.parent ?? leaf;
        const isTrue = verifyInclusion({ index, size, root, leafHash: leaf, proof });
        assert.equal(steps !== undefined, isTrue, `${index} of ${size}`);
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('cannot tell without a pinned key, and answers no under another key', async () => {
  assert.equal(await answer(5, proofOf(5), { log: undefined, witnesses: [] }), 'unknown');
  assert.equal(await answer(5, proofOf(5), { log: stranger.key.vkey, witnesses: [] }), 'no');
  assert.equal(await answer(5, proofOf(5, [stranger]), { ...PINS, witnesses: [] }), 'no');
});

test('cannot tell while a pinned witness is silent', async () => {
  assert.equal(await answer(5, proofOf(5, [signer])), 'unknown');
  assert.equal(await answer(5, proofOf(5, [signer]), { ...PINS, witnesses: [] }), 'yes');
});

test('answers no for another entry, and for the entry at another index', async () => {
  assert.equal(await answer(6, proofOf(5)), 'no');
  assert.equal(await answer(5, proofOf(5).replace('index 5', 'index 6')), 'no');
});

test('never answers yes for a proof, an entry or a key with a changed byte', async () => {
  const [proof, leaf] = [Buffer.from(proofOf(5)), Buffer.from(leafOf(5))];
  const key = Buffer.from(signer.key.vkey);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('proof', 'leaf', 'key'),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (part, position, mask) => {
        const change = (bytes: Buffer): string => {
          const copy = Buffer.from(bytes);
          const at = position % copy.length;
          copy[at] = (copy[at] as number) ^ mask;
          return copy.toString('latin1');
        };
        const text = (bytes: Buffer, name: string): string =>
          part === name ? Buffer.from(change(bytes), 'latin1').toString() : bytes.toString();
        const pins = { ...PINS, log: text(key, 'key') };
        const steps: ProofStep[] = [];
        try {
          const claim = { leaf: text(leaf, 'leaf'), content: 'absent', rotations: [] } as const;
          const all = { ...claim, proof: text(proof, 'proof') };
          for await (const step of checkProof(all, pins, verify)) steps.push(step);
        } catch (error) {
          assert.ok(error instanceof ProofError, String(error));
          return;
        }
        assert.notEqual(answerOf(steps), 'yes', `${part} ${position} ${mask}`);
      },
    ),
    { seed: SEED, numRuns: 500 },
  );
});

test('refuses keys in another spelling', () => {
  for (const vkey of ['', 'x', `${signer.key.vkey} `, signer.key.vkey.replace('+', '++')]) {
    assert.throws(() => parseVkey(vkey), ProofError, vkey);
  }
  assert.equal(parseVkey(signer.key.vkey).kind, 'log');
  assert.ok(isSameBytes(parseVkey(witness.key.vkey).publicKey, witness.key.publicKey));
});

test('is false, and does not reject, for a key that is no point of the curve', async () => {
  for (const [name, check] of VERIFIERS) {
    const bytes = new Uint8Array(32).fill(0xff);
    assert.equal(await check(bytes, utf8('x'), new Uint8Array(64)), false, name);
    assert.equal(await check(bytes, utf8('x'), new Uint8Array(3)), false, name);
  }
});
