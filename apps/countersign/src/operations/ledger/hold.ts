import { z } from 'zod';
import { field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import { type EntryScope, resolveScope, SCOPE_FIELDS } from './entry-scope.ts';

export type HoldInput = EntryScope & { readonly case: string };

/** The entry that placed or released the hold. */
export type HoldEntry = { readonly entry: number };

const entry = z.strictObject({ entry: z.int() });

export const placeHold: LedgerOperation<HoldInput, HoldEntry> = {
  name: 'ledger hold',
  summary: 'keep entries from being erased',
  description:
    'Places a hold for a case. Erasure and retention refuse the matching records until the ' +
    'hold is released. Without any scope it holds everything.',
  scope: 'ledger:hold',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z.strictObject({
    case: field(z.string().min(1), 'place a hold for this case', { value: 'case' }),
    ...SCOPE_FIELDS,
  }),
  output: entry,
  examples: [
    {
      summary: 'Hold all records that name one person',
      input: { case: 'C-1042', users: ['vivian.castellan@northmoor.example'] },
      commandLine: 'ledger hold --case C-1042 --user vivian.castellan@northmoor.example',
      runsOn: 'sample',
    },
  ],
  async run(writer, input, { actor, tenant }) {
    const holds = await import('../../ingest/erasure/legal-holds.ts');
    const scope = await resolveScope(writer.dir, input, tenant);
    return {
      entry: await holds.placeHold(writer, {
        names: scope.names,
        source: scope.source ?? null,
        tenant: scope.tenant ?? null,
        import: scope.import ?? null,
        fromMs: scope.fromMs ?? null,
        toMs: scope.toMs ?? null,
        case: input.case,
        actor,
      }),
    };
  },
};

export const releaseHold: LedgerOperation<{ readonly case: string }, HoldEntry> = {
  name: 'ledger hold release',
  summary: 'release all holds of a case',
  description: 'Releases all holds of a case. The release is an entry.',
  scope: 'ledger:hold',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z.strictObject({
    case: field(z.string().min(1), 'release all holds of this case', { value: 'case' }),
  }),
  output: entry,
  examples: [
    {
      summary: 'End the hold of a closed case',
      input: { case: 'C-1042' },
      commandLine: 'ledger hold --release C-1042',
      needs: 'hold',
    },
  ],
  async run(writer, input, { actor }) {
    const holds = await import('../../ingest/erasure/legal-holds.ts');
    return { entry: await holds.releaseHold(writer, { case: input.case, actor }) };
  },
};
