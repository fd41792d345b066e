import { ManualClock, OWN_TENANT } from '@countersign/core';
import { cosignatureSigner, formatNote, type NoteSigner } from '@countersign/tlog';
import { testKey } from '@countersign/tlog/testing/memory-log';
import { type Evidence, type EvidenceItem, encodeEvidence } from '../evidence/evidence-file.ts';
import { Ledger } from '../ledger.ts';
import { LedgerReader } from '../ledger-reader.ts';
import { rotateKey } from '../rotate-key.ts';
import { numbered } from './numbered-draft.ts';

/** The entries whose bodies {@link makeRotatedLedger} erases. */
export const ERASED = [5, 6] as const;
/** The entries of kind `key`. */
export const ROTATIONS = [301, 302] as const;

export const witness: NoteSigner = cosignatureSigner(
  'witness.example',
  testKey('witness'),
  new ManualClock(1_700_000_000_000),
);

/** Random bytes that are the same in every run. */
export function seededBytes(seed: number): { fill(into: Uint8Array): Uint8Array } {
  let state = seed;
  return {
    fill(into) {
      for (let i = 0; i < into.length; i++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        into[i] = state >>> 24;
      }
      return into;
    },
  };
}

/**
 * A ledger with one of everything: 310 entries of two days in three openings, retained checkpoints,
 * a partial tile on each level, a completed erasure, and two key rotations.
 */
export async function makeRotatedLedger(dir: string): Promise<{ readonly vkeys: string[] }> {
  const clock = new ManualClock(Date.parse('2026-01-31T22:00:00Z'));
  const random = seededBytes(1);
  const open = (): Promise<Ledger> => Ledger.open({ dir, clock, random, integration: 'manual' });
  const first = await open();
  const vkeys = [first.vkey];
  await first.append(Array.from({ length: 300 }, (_, i) => numbered(i)));
  await first.close();
  clock.advance(3 * 60 * 60 * 1000);
  const second = await open();
  const ranges = [[ERASED[0], ERASED[1] + 1]];
  const body = Buffer.from(JSON.stringify({ v: 1, ranges }));
  const source = 'countersign/erasure';
  await second.append([{ ...numbered(0), kind: 'erasure', tenant: OWN_TENANT, source, body }]);
  await second.rewriteWithout(ERASED);
  for (const _ of ROTATIONS) {
    const { newVkey } = await rotateKey(second, { dir, clock, random });
    vkeys.push(newVkey);
  }
  await second.close();
  const third = await open();
  await third.append(Array.from({ length: 7 }, (_, i) => numbered(1000 + i)));
  await third.close();
  return { vkeys };
}

/** An evidence file of these entries under the cosigned checkpoint, with both rotations. */
export async function evidenceFrom(dir: string, indices: readonly number[]): Promise<Buffer> {
  const reader = await LedgerReader.open(dir);
  try {
    const { note } = reader.checkpoint;
    const signatures = [...note.signatures, witness.sign(note.text)];
    const rotations: string[] = [];
    for (const index of ROTATIONS) rotations.push(textOf(await itemOf(reader, index)));
    const items: EvidenceItem[] = [];
    for (const index of indices) items.push(await itemOf(reader, index));
    const evidence: Evidence = {
      rotations,
      items,
      checkpoint: formatNote({ text: note.text, signatures }),
    };
    return encodeEvidence(evidence);
  } finally {
    reader.close();
  }
}

async function itemOf(reader: LedgerReader, index: number): Promise<EvidenceItem> {
  const { bytes: leaf } = await reader.leaf(index);
  const body = await reader.body(index);
  const content =
    body.kind === 'erased'
      ? undefined
      : { salt: Uint8Array.from(body.salt), body: Uint8Array.from(body.bytes) };
  return { index, leaf, content, proof: await reader.proveInclusion(index) };
}

function textOf({ content }: EvidenceItem): string {
  return Buffer.from(content?.body ?? []).toString('utf8');
}
