import assert from 'node:assert/strict';
import { LedgerReader, parseLeaf } from '@countersign/ledger';
import { leafHash, verifyInclusion } from '@countersign/tlog';
import { countersign } from '../command-line.ts';

/** Every permit that a client saw is an entry, with a proof in the published log. */
export async function assertPermitsInLedger(dir: string, seen: readonly string[]): Promise<void> {
  const { code, stdout } = await countersign(['ledger', 'fsck', '--data', dir, '--json']);
  assert.equal(code, 0, stdout);
  const reader = await LedgerReader.open(dir);
  try {
    const places = new Map<string, number>();
    for await (const batch of reader.scan({ from: 0 })) {
      for (let position = 0; position < batch.count; position++) {
        const { kind, id } = parseLeaf(batch.leaf(position));
        if (kind === 'decision') places.set(id, batch.firstIndex + position);
      }
    }
    const { size, root: rootHash } = reader.checkpoint;
    for (const id of seen) {
      const index = places.get(id);
      assert.ok(index !== undefined, `the permit ${id} is in no entry`);
      const { bytes } = await reader.leaf(index);
      const proof = await reader.proveInclusion(index);
      const claim = { index, size, leafHash: leafHash(bytes), proof, root: rootHash };
      assert.ok(verifyInclusion(claim), id);
    }
  } finally {
    reader.close();
  }
}
