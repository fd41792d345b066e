import { nodeFiles, retainedCheckpoints } from '@countersign/ledger/reader';
import { z } from 'zod';
import { YES } from '../definition/conclusion.ts';
import { type ListOperation, listResult } from '../definition/operation.ts';
import { timeSchema } from '../definition/output-schemas.ts';

export type CheckpointItem = {
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** When the last entry under it was accepted; null for a log without entries. */
  readonly at: string | null;
  /** Who signed, as the note states it. The note is for those who verify that. */
  readonly signers: readonly string[];
  readonly note: string;
};

export const listCheckpoints: ListOperation<object, CheckpointItem> = {
  name: 'ledger checkpoints',
  summary: 'list the checkpoints that the log retains, newest first',
  description:
    'Lists the signed checkpoints that the log retains, about one per hour, and the latest one: ' +
    'how the log grew, and which witnesses cosigned it.',
  scope: 'ledger:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({
    size: z.int().min(0),
    root: z.base64(),
    at: timeSchema.nullable(),
    signers: z.array(z.string()),
    note: z.string(),
  }),
  examples: [
    {
      summary: 'How did the log grow, and who saw it?',
      input: {},
      commandLine: 'ledger checkpoints',
      runsOn: 'sample',
    },
  ],
  async run({ readers, dataDir }) {
    const ledger = await readers.ledger();
    const { parseCheckpoint, parseNote } = await import('@countersign/tlog');
    async function* rows(): AsyncGenerator<CheckpointItem> {
      const notes = [ledger.published.note, ...retainedCheckpoints(nodeFiles, dataDir)];
      const listed = new Set<number>();
      for (const note of notes) {
        const { text, signatures } = parseNote(Buffer.from(note));
        const { size, root } = parseCheckpoint(text);
        if (listed.has(size)) continue;
        listed.add(size);
        // An older copy of a folder may hold the checkpoint of a longer log: fsck reports it.
        const hasEntry = size > 0 && size <= ledger.size;
        const at = hasEntry ? (await ledger.leaf(size - 1)).leaf.seen : null;
        const signers = [...new Set(signatures.map(({ name }) => name))];
        yield { size, root: Buffer.from(root).toString('base64'), at, signers, note };
      }
    }
    return listResult({ rows: rows(), itemOf: (item) => item, conclude: () => YES });
  },
};
