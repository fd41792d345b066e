import { ENTRY_KINDS, type EntryKind } from '@countersign/core';
import type { Leaf } from '@countersign/ledger';
import { z } from 'zod';
import { firstDoubt, unknown, YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { entryIndex, field } from '../definition/fields.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';
import { indexConclusion, type Readers } from '../readers/readers.ts';
import { leafSchema } from './entry-schema.ts';

type EntriesInput = {
  readonly from?: number | undefined;
  readonly kind?: EntryKind | undefined;
  readonly newest?: boolean | undefined;
};

export type ListedEntry = { readonly index: number; readonly leaf: Leaf };

type Source = Awaited<ReturnType<Readers['sources']>>;

export const listEntries: ListOperation<EntriesInput, ListedEntry, Rows<ListedEntry>> = {
  name: 'ledger entries',
  summary: 'list entries of the ledger by index or kind',
  description:
    'Lists the envelopes of entries in their order, from an index on. With a kind other than ' +
    '"record", only entries of that kind, such as the acts of operators. Bodies need "show".',
  scope: 'ledger:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    from: field(entryIndex.optional(), 'the first entry; with --newest, the last one', {
      value: 'index',
    }),
    kind: field(z.enum(ENTRY_KINDS).optional(), 'only entries of this kind', { value: 'kind' }),
    newest: field(z.boolean().optional(), 'newest entries first'),
  }),
  output: z.strictObject({ index: z.int().min(0), leaf: leafSchema }),
  examples: [
    {
      summary: 'Which imports delivered records?',
      input: { kind: 'import', newest: true },
      commandLine: 'ledger entries --kind import --newest',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant }, input) {
    if (input.kind === 'record') {
      throw invalidInput('the kind "record" is that of most entries: leave out --kind');
    }
    const source = await readers.sources();
    const ofTenant = (leaf: Leaf): boolean => tenant === undefined || leaf.tenant === tenant;
    async function* rows(): AsyncGenerator<ListedEntry> {
      for (const index of indicesOf(source, input)) {
        const { leaf } = await source.ledger.leaf(index);
        if (ofTenant(leaf)) yield { index, leaf };
      }
    }
    const isBeyond = (input.from ?? 0) >= source.ledger.size && input.newest !== true;
    const beyond = unknown(`entry ${input.from} does not exist, or is not integrated yet`);
    return listResult({
      rows: rows(),
      itemOf: (item) => item,
      conclude: () =>
        firstDoubt(
          input.kind === undefined ? YES : indexConclusion(source.head),
          isBeyond ? beyond : YES,
        ),
    });
  },
};

/** Ascending, or descending from the last one. */
function* indicesOf({ ledger, store }: Source, input: EntriesInput): Generator<number> {
  const { from, kind, newest = false } = input;
  if (kind !== undefined) {
    const indices = store.indicesOfKind(kind, newest ? 0 : (from ?? 0));
    const last = newest && from !== undefined ? from : Number.POSITIVE_INFINITY;
    const wanted = indices.filter((index) => index <= last);
    yield* newest ? wanted.toReversed() : wanted;
    return;
  }
  const last = ledger.size - 1;
  if (newest) for (let at = Math.min(from ?? last, last); at >= 0; at--) yield at;
  else for (let at = from ?? 0; at <= last; at++) yield at;
}
