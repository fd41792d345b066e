import { createHash } from 'node:crypto';
import { idsNamed } from '@countersign/core';
import type { Body, Leaf, LedgerReader } from '@countersign/ledger';
import { leafHash, verifyInclusion } from '@countersign/tlog';
import type { Command as Parser } from 'commander';
import { referenceDigits } from '../../enforcement/decisions/decision-reference.ts';
import type { ErasureEntry } from '../../projection/entries/erasure-index.ts';
import {
  askLedger,
  askStore,
  indexIn,
  notWhollyIndexed,
  orCannotTell,
} from '../answers/open-readers.ts';
import { type EntryReference, entryReference } from '../options/parse-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { usage } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import { type Entry, entryJson, printEntry } from '../render/render-entry.ts';

export function declareShow(program: Parser, bind: BindCommand): void {
  program
    .command('show')
    .summary('one entry: envelope, body, event, proof')
    .description(
      'Shows an entry of the ledger, its raw body, its event and its inclusion proof. A person ' +
        'who was refused reads out a reference: it shows the decision.',
    )
    .argument(
      '<entry>',
      'its index, or a decision: its id, or the reference of a refusal (1a2b-3c4d-5e6f)',
      entryArgument,
    )
    .action(bind(show));
}

type EntryArgument = EntryReference | { readonly decision: string };

/** What has letters and names no log, or the digits of a reference, is of a decision. */
function entryArgument(text: string): EntryArgument {
  const isReference = text.length > 11 && referenceDigits(text) !== undefined;
  const isId = /[a-f]/i.test(text) && /^[0-9a-f.…-]+$/iu.test(text);
  return isReference || isId ? { decision: text } : entryReference(text);
}

const show: CommandHandler<[entry: EntryArgument]> = async (context, given) => {
  const entry = 'index' in given ? given : { index: await decisionOf(context, given.decision) };
  return showEntry(context, entry);
};

/** The entry of the decision of this id, or whose id ends so. @throws CliError USAGE */
async function decisionOf(context: Context, text: string): Promise<number> {
  const digits = referenceDigits(text);
  const found: number[] = [];
  await askStore(context, async ({ store, head }) => {
    const decisions = store.access.decisions();
    const ids = new Set(
      idsNamed(
        text,
        decisions.map(({ id }) => id),
      ),
    );
    const isMeant = (id: string): boolean =>
      ids.has(id) || (digits !== undefined && id.endsWith(digits));
    found.push(...decisions.filter(({ id }) => isMeant(id)).map(({ index }) => index));
    if (found.length === 0) notWhollyIndexed(head);
    return EXIT.done;
  });
  const [only, ...more] = found;
  if (only === undefined) throw usage(`no decision of this ledger has the reference ${text}`);
  if (more.length === 0) return only;
  throw usage(`several decisions are named so: show one of the entries ${found.join(', ')}`);
}

const showEntry = async (context: Context, reference: EntryReference): Promise<ExitCode> =>
  askLedger(context, async (ledger) => {
    const index = indexIn(ledger.published.origin, reference);
    const entry = await orCannotTell(index, () => readEntry(context.dataDir, ledger, index));
    if (context.json) context.terminal.document(entryJson(entry));
    else printEntry(context.terminal, entry);
    return entry.proof.verified && entry.bodyFits !== false ? EXIT.done : EXIT.no;
  });

async function readEntry(dir: string, ledger: LedgerReader, index: number): Promise<Entry> {
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
    bodyFits: body.kind === 'present' ? fits(leaf, body) : undefined,
    erasure: body.kind === 'erased' ? await erasureOf(dir, ledger, index) : undefined,
    event: await eventOf(ledger, index, leaf, body),
    proof: {
      origin,
      size,
      root: Buffer.from(root).toString('base64'),
      hashes: hashes.map((hash) => hash.toString('base64')),
      checkpoint: note,
      verified: verifyInclusion(claim),
    },
  };
}

/** The books know which entries are erasures: they are asked only where a body is gone. */
async function erasureOf(
  dir: string,
  ledger: LedgerReader,
  index: number,
): Promise<ErasureEntry | undefined> {
  const { StoreReader } = await import('../../store/store-reader.ts');
  const { ErasureIndex } = await import('../../projection/entries/erasure-index.ts');
  const store = await StoreReader.open(dir);
  try {
    return (await ErasureIndex.read({ store, reader: ledger, dir })).of([index]);
  } finally {
    store.close();
  }
}

/** The body is the one that the leaf commits to (design, "The ledger"). */
function fits(leaf: Leaf, body: Extract<Body, { kind: 'present' }>): boolean {
  const digest = createHash('sha256').update(body.salt).update(body.bytes).digest('hex');
  return digest === leaf.sha256 && body.bytes.length === leaf.size;
}

async function eventOf(
  ledger: LedgerReader,
  index: number,
  leaf: Leaf,
  body: Body,
): Promise<Entry['event']> {
  if (leaf.kind !== 'record' || body.kind === 'erased') return undefined;
  const { EventBuilder } = await import('../../projection/event-builder.ts');
  return new EventBuilder(ledger).ofRecord(index, leaf, body.bytes);
}
