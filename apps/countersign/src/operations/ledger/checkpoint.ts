import { z } from 'zod';
import { YES } from '../definition/conclusion.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';

export type CheckpointOutput = {
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
  readonly vkey: string;
  /** The complete signed note. */
  readonly note: string;
};

export const showCheckpoint: DocumentOperation<object, CheckpointOutput> = {
  name: 'ledger checkpoint',
  summary: 'print the state of the log: size, root, key, signatures',
  description: 'Prints the signed checkpoint (C2SP tlog-checkpoint) and the key of the log.',
  scope: 'ledger:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({
    origin: z.string(),
    size: z.int(),
    root: z.base64(),
    vkey: z.string(),
    note: z.string(),
  }),
  examples: [
    {
      summary: 'Keep the key and the size of the log in another place',
      input: {},
      commandLine: 'ledger checkpoint --json',
      runsOn: 'sample',
    },
  ],
  async run({ readers }) {
    const { published, vkey } = await readers.ledger();
    const { origin, size, note } = published;
    const root = Buffer.from(published.root).toString('base64');
    return documentResult({ origin, size, root, vkey, note }, YES);
  },
};
