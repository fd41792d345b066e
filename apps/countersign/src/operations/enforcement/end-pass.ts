import { idsNamed } from '@countersign/core';
import { z } from 'zod';
import type { EndedPass } from '../../enforcement/passes/pass-ledger.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import { resolveId } from '../readers/ids.ts';
import { needWholeIndex, Readers } from '../readers/readers.ts';
import { suiteStatusSchema } from './pass-schema.ts';

type EndPassInput = { readonly pass: string; readonly reason: string };

export const endPass: LedgerOperation<EndPassInput, EndedPass> = {
  name: 'passes end',
  summary: 'end a pass early',
  description:
    'Ends a pass now, records who ended it and why, and notifies the receivers of events. ' +
    'Tokens that the suite already issued for it stay valid until the time that the answer ' +
    'states.',
  scope: 'passes:end',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z.strictObject({
    pass: field(z.string().min(1), 'the id of the pass', { value: 'pass' }),
    reason: field(z.string().min(1), 'why it ends', { value: 'reason' }),
  }),
  output: z.strictObject({
    pass: z.string(),
    entry: z.int(),
    suite: suiteStatusSchema.nullable(),
  }),
  examples: [
    {
      summary: 'End the pass of a stolen device',
      input: { pass: '01977a3c', reason: 'the device was stolen' },
      commandLine: 'passes end 01977a3c --reason "the device was stolen"',
      needs: 'enforcement point',
    },
  ],
  async run(writer, { pass: text, reason }, { actor }) {
    const ledger = await import('../../enforcement/passes/pass-ledger.ts');
    const pass = await findPass(writer, text);
    const ended = await ledger.endPass(writer, { pass, reason, by: `${actor.who}@${actor.host}` });
    return { pass, entry: ended.entry, suite: ended.suite };
  },
};

/** @throws OperationError INVALID_INPUT, CANNOT_TELL */
async function findPass({ dir, clock }: LedgerWriter, text: string): Promise<string> {
  const { knownPasses } = await import('../../enforcement/passes/pass-ledger.ts');
  using readers = new Readers({ dataDir: dir, clock });
  const { store, head } = await readers.sources();
  const ids = knownPasses(store.access, clock.now(), {}).map(({ id }) => id);
  if (idsNamed(text, ids).length === 0) needWholeIndex(head);
  return resolveId(text, ids, { what: 'pass', list: 'passes list --all' });
}
