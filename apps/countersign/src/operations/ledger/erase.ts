import { z } from 'zod';
import type { ErasureSupport } from '../../feeds/sinks/erasure-support.ts';
import type { ErasureReport } from '../../ingest/erasure/erase-bodies.ts';
import { entryIndex, field, instantText } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import type { HostWriter } from '../host/open-writer.ts';
import { type EntryScope, resolveScope, SCOPE_FIELDS } from './entry-scope.ts';

const receiver: z.ZodType<ErasureReceiver> = z.strictObject({
  feed: z.string(),
  kind: z.string(),
  sentUpTo: z.int(),
  erasure: z.enum(['informed', 'unsupported']),
});

export type EraseInput = EntryScope & {
  readonly indices?: readonly number[] | undefined;
  /** Retention: all records of events before this time. */
  readonly before?: string | undefined;
  readonly case: string;
  readonly reason: string;
};

/** A receiver that got records which are now erased. */
export type ErasureReceiver = {
  readonly feed: string;
  readonly kind: string;
  /** The last entry that it got. */
  readonly sentUpTo: number;
  /** `informed`: the feed names what to erase. `unsupported`: an operator must erase it there. */
  readonly erasure: ErasureSupport;
};

export type ErasureOutcome = ErasureReport & { readonly receivers: readonly ErasureReceiver[] };

export const eraseBodies: LedgerOperation<EraseInput, ErasureOutcome> = {
  name: 'ledger erase',
  summary: 'erase bodies permanently; all proofs stay valid',
  description:
    'Erases bodies of entries, and everything derived from them. Proofs still verify, and the ' +
    'erasure becomes an entry. A record must match all given options. With --before ' +
    '(retention), it erases all records of events before that time, and older quarantined ' +
    'input. If a hold covers any of the records, it erases nothing. You cannot undo this.',
  scope: 'ledger:erase',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z
    .strictObject({
      indices: field(z.array(entryIndex).optional(), 'indices of entries', { value: 'index' }),
      ...SCOPE_FIELDS,
      before: field(instantText.optional(), 'retention: all records of events before this time', {
        value: 'time',
      }),
      case: field(z.string().min(1), 'the case of the erasure', { value: 'case' }),
      reason: field(z.string().min(1), 'the reason', { value: 'reason' }),
    })
    .refine(
      ({ before, from, to }) => before === undefined || (from === undefined && to === undefined),
      { error: 'give --before for retention, or --from and --to for a period, and not both' },
    )
    .refine(isAnything, {
      error:
        'state what to erase: --before, --user, --import, --source, --from and --to, or ' +
        'indices',
    }),
  output: z.strictObject({
    erased: z.int(),
    quarantined: z.int(),
    entry: z.int().nullable(),
    ranges: z.array(z.tuple([z.int(), z.int()])),
    receivers: z.array(receiver),
  }),
  examples: [
    {
      summary: 'See what would be erased for one person',
      input: {
        users: ['vivian.castellan@northmoor.example'],
        case: 'DSR-7',
        reason: 'request of the person',
      },
      commandLine:
        'ledger erase --user vivian.castellan@northmoor.example --case DSR-7 ' +
        '--reason "request of the person" ' +
        '--dry-run',
      runsOn: 'sample',
    },
    {
      summary: 'Retention of one year',
      input: { before: '2025-01-01T00:00:00Z', case: 'retention', reason: 'older than a year' },
      commandLine: 'ledger erase --before 2025-01-01 --case retention --reason "older than a year"',
      runsOn: 'sample',
    },
  ],
  async run(writer, input, { actor, tenant }) {
    const { erase } = await import('../../ingest/erasure/erase-bodies.ts');
    const { before, indices = [], case: caseName, reason } = input;
    const asked = before === undefined ? input : { ...input, to: before };
    const { names, ...scope } = await resolveScope(writer.dir, asked, tenant);
    const { erased, quarantined, entry, ranges } = await erase(writer, {
      selection: {
        ...scope,
        names: names.length === 0 ? undefined : names,
        indices: indices.length === 0 ? undefined : indices,
      },
      case: caseName,
      reason,
      actor,
      whenNothing: before === undefined ? 'refuse' : 'done',
    });
    const receivers = await receiversOf(writer, ranges);
    return { erased, quarantined, entry, ranges, receivers };
  },
  notices: ({ receivers }) => receivers.map(receiverText),
};

/** The feeds that had sent any of the erased entries. Only they can tell what they got. */
async function receiversOf(
  { dir, ledger }: HostWriter,
  ranges: ErasureReport['ranges'],
): Promise<ErasureReceiver[]> {
  const first = ranges[0]?.[0];
  if (first === undefined) return [];
  const { FeedState } = await import('../../feeds/state/feed-state.ts');
  const { erasureSupportOf } = await import('../../feeds/sinks/erasure-support.ts');
  using state = FeedState.openExisting(dir, ledger.origin);
  return (state?.rows() ?? [])
    .filter(({ sentNext }) => sentNext > first)
    .map(({ name, kind, sentNext }) => {
      return { feed: name, kind, sentUpTo: sentNext - 1, erasure: erasureSupportOf(kind) };
    });
}

function receiverText({ feed, kind, sentUpTo, erasure }: ErasureReceiver): string {
  const got = `The receiver of the feed ${feed} (${kind}) has got entries up to ${sentUpTo}`;
  return erasure === 'informed'
    ? `${got}. The feed tells it what to erase.`
    : `${got} and supports no erasure: erase the records there.`;
}

function isAnything({ users, indices, ...input }: EraseInput): boolean {
  const { source, from, to, before } = input;
  const isNamed = [source, from, to, before, input.import].some((member) => member !== undefined);
  return isNamed || (users ?? []).length > 0 || (indices ?? []).length > 0;
}
