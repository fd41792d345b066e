import { z } from 'zod';
import { YES } from '../definition/conclusion.ts';
import { type EntryReference, entryReference, field } from '../definition/fields.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';
import { indexIn, readOrCannotTell } from '../readers/readers.ts';

export type ProofOutput = {
  readonly index: number;
  readonly origin: string;
  readonly size: number;
  readonly hashes: readonly string[];
  /** The line of the entry that the tree commits to. It names no person. */
  readonly leaf: string;
  /** A C2SP tlog-proof. */
  readonly proof: string;
};

export const proveInclusion: DocumentOperation<{ readonly entry: EntryReference }, ProofOutput> = {
  name: 'ledger prove',
  summary: 'prove that an entry is in the log, as a file that any tool can verify',
  description: 'Prints a C2SP tlog-proof: path to the root, signed checkpoint, cosignatures.',
  scope: 'ledger:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({ entry: field(entryReference, 'its index', { value: 'entry' }) }),
  output: z.strictObject({
    index: z.int(),
    origin: z.string(),
    size: z.int(),
    hashes: z.array(z.base64()),
    leaf: z.string().startsWith('{"v":'),
    proof: z.string(),
  }),
  examples: [
    {
      summary: 'A proof that any C2SP client verifies',
      input: { entry: 12 },
      commandLine: 'ledger prove 12',
      runsOn: 'sample',
    },
  ],
  async run({ readers }, { entry }) {
    const { formatProof } = await import('@countersign/tlog');
    const ledger = await readers.ledger();
    const index = indexIn(ledger.checkpoint.origin, entry);
    const hashes = await readOrCannotTell(index, () => ledger.proveInclusion(index));
    const { origin, size, note: checkpoint } = ledger.checkpoint;
    const proof = formatProof({ index, hashes, checkpoint });
    const base64 = hashes.map((hash) => hash.toString('base64'));
    const { bytes } = await ledger.leaf(index);
    const leaf = Buffer.from(bytes).toString('utf8');
    return documentResult({ index, origin, size, hashes: base64, leaf, proof }, YES);
  },
};
