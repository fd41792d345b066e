import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { verifyEvidence } from '@countersign/ledger';
import {
  ERASED,
  evidenceFrom,
  makeRotatedLedger,
  witness,
} from '@countersign/ledger/testing/rotated-ledger';
import { parsePolicy, sha256 } from '@countersign/tlog';
import { IS_LONG, SEED } from '../../../../tools/property.ts';
import { SeededRandom } from '../../../../tools/sample/random.ts';
import { checkEvidence } from './check-evidence.ts';
import { ed25519Of } from './ed25519.ts';
import { ProofError } from './proof-error.ts';
import type { ProofStep } from './proof-step.ts';

const ROUNDS = IS_LONG ? 3000 : 400;
const root = mkdtempSync(join(tmpdir(), 'countersign-proof-'));
after(() => rmSync(root, { recursive: true, force: true }));

const verify = ed25519Of(crypto.subtle);
const policy = parsePolicy(Buffer.from(`witness w ${witness.key.vkey}\nquorum w\n`));
let text: string;
let vkeys: readonly string[];

before(async () => {
  const dir = join(root, 'data');
  ({ vkeys } = await makeRotatedLedger(dir));
  text = (await evidenceFrom(dir, [0, ERASED[0], 77, 255, 304])).toString('utf8');
});

type Witnesses = readonly string[];

async function answer(
  evidence: string,
  log: string | undefined,
  witnesses: Witnesses = [witness.key.vkey],
): Promise<ProofStep['answer'] | 'refused'> {
  try {
    return (await checkEvidence(evidence, { log, witnesses }, verify)).answer;
  } catch (error) {
    assert.ok(error instanceof ProofError, String(error));
    return 'refused';
  }
}

test('verifies evidence under the first key and under the keys that follow it', async () => {
  for (const vkey of vkeys) assert.equal(await answer(text, vkey), 'yes');
  assert.equal(await answer(text, undefined), 'unknown');
  const { entries } = await checkEvidence(text, { log: vkeys[0], witnesses: [] }, verify);
  const bodies = entries.map(({ steps }) => steps.filter(({ kind }) => kind === 'body').length);
  assert.deepEqual(bodies, [1, 0, 1, 1, 1], 'only the erased entry has no body');
});

test('does not follow a rotation that is left out', async () => {
  const [head = '', , ...rest] = text.split('\n').slice(0, -2);
  const proven = [head, ...rest].map((line) => `${line}\n`).join('');
  const digest = JSON.stringify({ sha256: sha256(Buffer.from(proven)).toString('hex') });
  assert.equal(await answer(`${proven}${digest}\n`, vkeys[0]), 'no');
  assert.equal(await answer(`${proven}${digest}\n`, vkeys[2]), 'yes');
});

test('never answers yes for evidence with a changed byte', async () => {
  const random = new SeededRandom(SEED);
  const bytes = Buffer.from(text);
  for (let round = 0; round < ROUNDS; round++) {
    const changed = Buffer.from(bytes);
    const at = random.between(0, bytes.length - 1);
    changed[at] = (changed[at] as number) ^ random.between(1, 255);
    assert.notEqual(await answer(changed.toString('utf8'), vkeys[0]), 'yes', `byte ${at}`);
  }
});

test('agrees with packages/ledger on changed evidence with a recomputed digest', async () => {
  const random = new SeededRandom(SEED);
  const lines = text.split('\n').slice(0, -2);
  for (let round = 0; round < ROUNDS; round++) {
    const proven = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const at = random.between(0, proven.length - 1);
    // ASCII stays ASCII, so that the change survives as text.
    proven[at] = (proven[at] as number) ^ (1 << random.between(0, 6));
    const digest = JSON.stringify({ sha256: sha256(proven).toString('hex') });
    const changed = Buffer.concat([proven, Buffer.from(`${digest}\n`)]);
    const report = verifyEvidence(changed, vkeys[0], policy);
    const isTrue = report.answer.kind === 'yes' && report.witnessed.kind === 'yes';
    const own = await answer(changed.toString('utf8'), vkeys[0]);
    assert.equal(own === 'yes', isTrue, `byte ${at}: ${own}, ${report.problems.join()}`);
  }
});
