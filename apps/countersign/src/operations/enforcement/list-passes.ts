import { z } from 'zod';
import type { Pass } from '../../enforcement/passes/pass.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, listResult } from '../definition/operation.ts';
import { indexConclusion } from '../readers/readers.ts';
import { passSchema } from './pass-schema.ts';

type PassQuestion = {
  readonly all?: boolean | undefined;
  readonly pass?: string | undefined;
};

export const listPasses: ListOperation<PassQuestion, Pass> = {
  name: 'passes list',
  summary: 'list the open passes',
  description:
    'Lists the open passes. With --all, it also lists ended and lapsed passes. With --pass, it ' +
    'lists one pass in any state.',
  scope: 'passes:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    all: field(z.boolean().optional(), 'ended and lapsed passes as well'),
    pass: field(z.string().min(1).max(100).optional(), 'one pass, by its id', { value: 'id' }),
  }),
  output: passSchema,
  examples: [
    {
      summary: 'List every pass, including ended and lapsed ones',
      input: { all: true },
      commandLine: 'passes list --all',
      runsOn: 'sample',
    },
  ],
  async run({ readers, clock, tenant }, { all, pass: id }) {
    const { knownPasses } = await import('../../enforcement/passes/pass-ledger.ts');
    const { store, head } = await readers.sources();
    const nowMs = clock.now();
    const isAny = all === true || id !== undefined;
    const asked = id === undefined ? (isAny ? {} : { liveFromMs: nowMs }) : { pass: id };
    const rows = knownPasses(store.access, nowMs, asked).filter((pass) => {
      const isMeant = tenant === undefined || pass.tenant === tenant;
      return isMeant && (isAny || pass.state === 'open');
    });
    // Every pass is an entry of this ledger, so an empty list is certain.
    return listResult({ rows, itemOf: (pass) => pass, conclude: () => indexConclusion(head) });
  },
};
