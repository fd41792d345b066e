import { plural } from '@countersign/core';
import type { CosignResult } from '@countersign/ledger';
import { z } from 'zod';
import { unknown, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import { checkpointSchema } from './entry-schema.ts';

type WitnessInput = { readonly policy?: string | undefined };

export type WitnessReport = {
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string };
  /** The answer of each witness; null if the log has none. */
  readonly witnesses: readonly CosignResult[] | null;
};

/** Asks the witnesses of the log to cosign it, after it has taken over a new policy. */
export const askWitnesses: LedgerOperation<WitnessInput, WitnessReport> = {
  name: 'ledger witness',
  summary: 'run a witness, or ask the witnesses of this log to cosign',
  description:
    'With --listen, runs a C2SP tlog-witness until it is stopped. Otherwise, asks the witnesses ' +
    'of this log to cosign its checkpoint now. --policy sets these witnesses first.',
  scope: 'ledger:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'repeatable',
  where: 'anywhere',
  input: z.strictObject({
    policy: field(
      z.string().optional(),
      'a C2SP tlog-policy: the witnesses of this log, and their quorum',
      { value: 'file', isFileOf: 'text' },
    ),
  }),
  output: z.strictObject({
    checkpoint: checkpointSchema,
    witnesses: z
      .array(z.strictObject({ name: z.string(), because: z.string().optional() }))
      .nullable(),
  }),
  examples: [
    {
      summary: 'Ask all witnesses to cosign the checkpoint now',
      input: {},
      commandLine: 'ledger witness',
      needs: 'witness',
    },
  ],
  async run(writer, { policy }, { actor }) {
    const { ledger, dir, clock } = writer;
    if (policy !== undefined) {
      const { setWitnessPolicy } = await import('@countersign/ledger');
      const { catchUpProjection } = await import('../../projection/catch-up.ts');
      const { ownEntryDraft } = await import('../../projection/entries/own-entry.ts');
      await setWitnessPolicy(dir, Buffer.from(policy));
      const atMs = clock.now();
      const said = { v: 1, config: 'witness-policy', policy, ...actor, atMs };
      await ledger.append([ownEntryDraft('config', atMs, said)]);
      await catchUpProjection(writer);
    }
    const { origin, size, root } = await ledger.publish();
    const checkpoint = { origin, size, root: Buffer.from(root).toString('base64') };
    return { checkpoint, witnesses: (await ledger.witness()) ?? null };
  },
  conclude({ witnesses }) {
    if (witnesses === null) {
      return unknown('this log has no witnesses; name them with --policy FILE');
    }
    const silent = witnesses.filter(({ because }) => because !== undefined);
    if (silent.length === 0) return YES;
    return unknown(`${plural(silent.length, 'witness')} did not cosign`);
  },
};
