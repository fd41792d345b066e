/** Writes evidence of one entry, then checks body and inclusion proof with `node:crypto` alone. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OWN_TENANT, systemClock, systemRandom } from '@countersign/core';
import { encodeEvidence, Ledger, LedgerReader } from '@countersign/ledger';

const dir = mkdtempSync(join(tmpdir(), 'evidence-example-'));
const evidence = await evidenceOfOneEntry();
const [, itemLine = '', checkpointLine = ''] = evidence.toString('utf8').split('\n');
const { checkpoint } = JSON.parse(checkpointLine) as { checkpoint: string };
const root = checkpoint.split('\n')[2];

// The whole check. A real one also checks the signature under the checkpoint.
type Item = { index: number; leaf: string; salt: string; body: string; proof: string[] };
const { index, leaf, salt, body, proof } = JSON.parse(itemLine) as Item;
const sha256 = (...parts: Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
const commitment = sha256(bytes(salt), sha256(bytes(body))).toString('hex');
const isCommitted = (JSON.parse(leaf) as { commitment: string }).commitment === commitment;
let node = sha256(Buffer.of(0), Buffer.from(leaf));
// A log of two entries: the proof is the other leaf's hash.
for (const sibling of proof.map(bytes)) {
  node = sha256(Buffer.of(1), ...(index === 0 ? [node, sibling] : [sibling, node]));
}
const isInLog = node.toString('base64') === root;

console.log({ isCommitted, isInLog });
rmSync(dir, { recursive: true });
if (!isCommitted || !isInLog) throw new Error('the evidence does not verify');

async function evidenceOfOneEntry(): Promise<Buffer> {
  const record = { kind: 'record', tenant: OWN_TENANT, source: 'other/json' } as const;
  const at = '2026-03-02T08:00:00Z';
  const ledger = await Ledger.open({ dir, clock: systemClock, random: systemRandom });
  for (const id of ['order 1', 'order 2']) {
    await ledger.append([{ ...record, id, at, body: Buffer.from(JSON.stringify({ id })) }]);
  }
  await ledger.close();
  const reader = await LedgerReader.open(dir);
  const { bytes: leafBytes } = await reader.leaf(1);
  const held = await reader.body(1);
  if (held.kind === 'erased') throw new Error('the body was erased');
  const content = { salt: held.salt, body: held.bytes };
  const items = [{ index: 1, leaf: leafBytes, content, proof: await reader.proveInclusion(1) }];
  const file = encodeEvidence({ rotations: [], items, checkpoint: reader.published.note });
  reader.close();
  return file;
}
