import { ClientError } from '@countersign/client';
import type { SignedClaim } from '../proof/check-entry.ts';
import { parseEvidence } from '../proof/evidence-file.ts';
import { parseProof } from '../proof/tlog-proof.ts';
import { client } from './client.ts';

/** The service refuses, because the reader's role may not see bodies. */
const REFUSED = 403;

/**
 * What the service claims about an entry, for a check in this browser. With the body and its salt
 * if the reader may see them; else the line of the entry, which names no person.
 */
export async function readProof(entry: number, signal: AbortSignal): Promise<SignedClaim> {
  try {
    const { result } = await client.call('evidenceExport', { entries: [entry] }, { signal });
    const { entries, checkpoint, rotations } = parseEvidence(result?.evidence ?? '');
    const found = entries.find(({ index }) => index === entry);
    if (found !== undefined) return { entry: found, checkpoint, rotations };
  } catch (error) {
    if (!(error instanceof ClientError) || error.status !== REFUSED) throw error;
  }
  const { result } = await client.call('ledgerProve', { entry: String(entry) }, { signal });
  const { index, hashes, checkpoint } = parseProof(result?.proof ?? '');
  const leaf = result?.leaf ?? '';
  return { entry: { index, leaf, hashes, content: 'absent' }, checkpoint, rotations: [] };
}
