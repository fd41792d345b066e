import { idsNamed } from '@countersign/core';
import type { Body, Leaf, LedgerReader } from '@countersign/ledger';
import { z } from 'zod';
import { referenceDigits } from '../../enforcement/decisions/decision-reference.ts';
import type { ErasureEntry } from '../../projection/entries/erasure-index.ts';
import type { EntryView } from '../../reports/entry-item.ts';
import { NO, YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { type EntryReference, entryReference, field } from '../definition/fields.ts';
import type { DocumentOperation, OperationContext } from '../definition/operation.ts';
import { indexIn, needWholeIndex, readOrCannotTell } from '../readers/readers.ts';
import { entrySchema } from './entry-schema.ts';

/** An entry, or the id or the reference of a decision. */
type EntryOrDecision = EntryReference | { readonly decision: string };

const entryOrDecision: z.ZodType<EntryOrDecision> = z.union([
  z.strictObject({ decision: z.string().min(1) }),
  z
    .string()
    .refine(isOfDecision, 'give the index of an entry, or the id or reference of a decision')
    .transform((decision) => ({ decision })),
  entryReference,
]);

/** Letters without a log, or the digits of a reference, identify a decision. */
function isOfDecision(text: string): boolean {
  const isReference = text.length > 11 && referenceDigits(text) !== undefined;
  return isReference || (/[a-f]/i.test(text) && /^[0-9a-f.…-]+$/iu.test(text));
}

export const showEntry: DocumentOperation<{ readonly entry: EntryOrDecision }, object, EntryView> =
  {
    name: 'show',
    summary: 'show one entry: envelope, body, event and proof',
    description:
      'Shows an entry of the ledger, its raw body, its event and its inclusion proof. Also ' +
      'shows a decision, by the reference that a refused person sees.',
    scope: 'ledger:read',
    effect: 'read',
    kind: 'document',
    runsIn: 'caller',
    input: z.strictObject({
      entry: field(
        entryOrDecision,
        'index of an entry, id of a decision, or reference of a refusal (1a2b-3c4d-5e6f)',
        { value: 'entry' },
      ),
    }),
    output: entrySchema,
    examples: [
      {
        summary:
          'Show a record as it was delivered, its event, and the proof that it is in the log',
        input: { entry: 3461 },
        commandLine: 'show 3461',
        runsOn: 'sample',
      },
    ],
    async run(context, { entry }) {
      const { entryItem } = await import('../../reports/entry-item.ts');
      const given = 'index' in entry ? entry : { index: await decisionIndex(context, entry) };
      const ledger = await context.readers.ledger();
      const index = indexIn(ledger.published.origin, given);
      const view = await readOrCannotTell(index, () => readEntry(context, ledger, index));
      const isProven = view.proof.verified && view.bodyFits !== false;
      return { output: entryItem(view), view, conclusion: isProven ? YES : NO };
    },
  };

/**
 * The entry of the decision whose id is, or ends with, this text.
 *
 * @throws OperationError
 */
async function decisionIndex(
  { readers }: OperationContext,
  { decision: text }: { readonly decision: string },
): Promise<number> {
  const { store, head } = await readers.sources();
  const digits = referenceDigits(text);
  const decisions =
    digits === undefined
      ? store.access.decisions()
      : store.access.newestDecisions(
          { reference: digits, belowIndex: head.asOf.size },
          undefined,
          SAME_MAX,
        );
  const ids = new Set(
    idsNamed(
      text,
      decisions.map(({ id }) => id),
    ),
  );
  const isMeant = (id: string): boolean =>
    ids.has(id) || (digits !== undefined && id.endsWith(digits));
  const [only, ...more] = decisions.filter(({ id }) => isMeant(id)).map(({ index }) => index);
  if (only === undefined) {
    needWholeIndex(head);
    throw invalidInput(`no decision of this ledger has the reference ${text}`);
  }
  if (more.length === 0) return only;
  const entries = [only, ...more].join(', ');
  throw invalidInput(`several decisions are named so: show one of the entries ${entries}`);
}

/** Decisions with one reference: two already need chance among millions. */
const SAME_MAX = 100;

async function readEntry(
  context: OperationContext,
  ledger: LedgerReader,
  index: number,
): Promise<EntryView> {
  const { leafHash, verifyInclusion } = await import('@countersign/tlog');
  const { bytes, leaf } = await ledger.leaf(index);
  const body = await ledger.body(index);
  const hashes = await ledger.proveInclusion(index);
  const { origin, size, root, note } = ledger.published;
  const claim = { index, size, root, leafHash: leafHash(bytes), proof: hashes };
  return {
    index,
    leaf,
    body: body.kind === 'present' ? body.bytes : undefined,
    locus: body.locus,
    bodyFits: body.kind === 'present' ? await isCommitted(leaf, body) : undefined,
    erasure: body.kind === 'erased' ? await erasureOf(context, ledger, index) : undefined,
    event: await eventOf(ledger, index, leaf, body),
    proof: {
      ...{ origin, size, root: Buffer.from(root).toString('base64') },
      hashes: hashes.map((hash) => hash.toString('base64')),
      checkpoint: note,
      verified: verifyInclusion(claim),
    },
  };
}

/** The store knows which entries are erasures: it is opened only if a body is missing. */
async function erasureOf(
  { readers, dataDir }: OperationContext,
  ledger: LedgerReader,
  index: number,
): Promise<ErasureEntry | undefined> {
  const { ErasureIndex } = await import('../../projection/entries/erasure-index.ts');
  const sources = await readers.sourcesIfAny();
  if (sources === undefined) return undefined;
  const { store } = sources;
  return (await ErasureIndex.read({ store, reader: ledger, dir: dataDir })).of([index]);
}

/** Whether the body matches the leaf's commitment. */
async function isCommitted(leaf: Leaf, body: Extract<Body, { kind: 'present' }>): Promise<boolean> {
  const { bodyCommitment } = await import('@countersign/ledger/reader');
  const commitment = bodyCommitment(body.salt, body.bytes);
  return commitment === leaf.commitment && body.bytes.length === leaf.size;
}

async function eventOf(
  ledger: LedgerReader,
  index: number,
  leaf: Leaf,
  body: Body,
): Promise<EntryView['event']> {
  if (leaf.kind !== 'record' || body.kind === 'erased') return undefined;
  const { EventBuilder } = await import('../../projection/event-builder.ts');
  return new EventBuilder(ledger).ofRecord(index, leaf, body.bytes);
}
