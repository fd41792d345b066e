import type { RotationResult } from '@countersign/ledger';
import { z } from 'zod';
import { field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';

/** Without a file, the new key replaces the old one in the data folder. */
type RotateInput = { readonly to?: string | undefined };

export const rotateSigningKey: LedgerOperation<RotateInput, RotationResult> = {
  name: 'ledger rotate-key',
  summary: 'replace the signing key of the log',
  description: 'Creates a new key. The old key signs it, and the rotation is an entry.',
  scope: 'ledger:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'repeatable',
  // Another process that holds the ledger would continue to sign with the old key.
  where: 'alone',
  dryRun: 'offered',
  input: z.strictObject({
    to: field(
      z.string().optional(),
      'the file for the new key (default: the file of the old key)',
      { value: 'file', isPath: true },
    ),
  }),
  output: z.strictObject({ entry: z.int(), oldVkey: z.string(), newVkey: z.string() }),
  examples: [
    {
      summary: 'See which key would be replaced',
      input: {},
      commandLine: 'ledger rotate-key --dry-run',
      runsOn: 'sample',
    },
  ],
  async run(writer, { to: toFile }, { mode, random, keyFile }) {
    const { layout, rotateKey } = await import('@countersign/ledger');
    const { catchUpProjection } = await import('../../projection/catch-up.ts');
    const { dir, clock, ledger } = writer;
    const isPlanOnly = mode === 'rehearse';
    const rotated = await rotateKey(ledger, { dir, clock, random, keyFile, toFile, isPlanOnly });
    const { entry, oldVkey, newVkey } = rotated;
    if (isPlanOnly) {
      const { Rehearsal } = await import('../../projection/rehearsal.ts');
      const newKeyFile = toFile ?? layout.noteKey(dir);
      throw new Rehearsal([{ kind: 'key', says: { oldVkey, newKeyFile } }]);
    }
    await catchUpProjection(writer);
    return { entry, oldVkey, newVkey };
  },
};
