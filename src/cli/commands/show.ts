import { createHash } from 'node:crypto';
import type { Command as Parser } from 'commander';
import {
  type Body,
  type Leaf,
  type LedgerReader,
  leafHash,
  verifyInclusion,
} from '../../ledger/index.ts';
import type { SaidErasure } from '../../pipeline/index.ts';
import type { Bind, Command } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { indexArgument } from '../options.ts';
import { type Entry, entryJson, printEntry } from '../present/entry.ts';
import { askLedger, orCannotTell } from '../question.ts';

export function declareShow(program: Parser, bind: Bind): void {
  program
    .command('show')
    .summary('one entry: envelope, body, event, proof')
    .description('Shows an entry of the ledger, its raw body, its event and its inclusion proof.')
    .argument('<index>', 'index of the entry', indexArgument)
    .action(bind(show));
}

const show: Command<[index: number]> = async (context, index) =>
  askLedger(context, async (ledger) => {
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
): Promise<SaidErasure | undefined> {
  const { BooksReader } = await import('../../books/index.ts');
  const { Erasures } = await import('../../pipeline/index.ts');
  const books = await BooksReader.open(dir);
  try {
    return (await Erasures.read({ books, reader: ledger, dir })).of([index]);
  } finally {
    books.close();
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
  const { EventBuilder } = await import('../../api/index.ts');
  return new EventBuilder(ledger).ofRecord(index, leaf, body.bytes);
}
