import { existsSync } from 'node:fs';
import type { BooksReader, LedgerHead } from '../books/index.ts';
import { type Answer, CountersignError, numberText, plural, type Reason } from '../core/index.ts';
import { LedgerReader, layout } from '../ledger/index.ts';
import type { Context } from './context.ts';
import { CliError, usage } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { REASONS_SHOWN } from './limits.ts';
import type { EntryReference } from './options.ts';

/** Where answers come from: readers, which take no lock. */
export type Sources = {
  readonly ledger: LedgerReader;
  readonly books: BooksReader;
  readonly head: LedgerHead;
};

export async function askLedger<T = ExitCode>(
  context: Context,
  ask: (ledger: LedgerReader) => Promise<T>,
): Promise<T> {
  const ledger = await LedgerReader.open(context.dataDir);
  try {
    return await ask(ledger);
  } finally {
    ledger.close();
  }
}

export async function askBooks(
  context: Context,
  ask: (sources: Sources) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withBooks(context, ask);
}

async function withBooks<T>(context: Context, ask: (sources: Sources) => Promise<T>): Promise<T> {
  // The books bring the engine along, which takes a while: the ledger's own questions do without.
  const { BooksReader: Reader, headOf } = await import('../books/index.ts');
  return askLedger(context, async (ledger) => {
    const books = await Reader.open(context.dataDir, { clock: context.clock });
    const head = await headOf(ledger, books);
    try {
      return await ask({ ledger, books, head });
    } finally {
      books.close();
    }
  });
}

/** Undefined where there is no ledger yet: for answers that are something without one. */
export async function askBooksIfAny<T>(
  context: Context,
  ask: (sources: Sources) => Promise<T>,
): Promise<T | undefined> {
  if (!existsSync(layout.folderFacts(context.dataDir))) return undefined;
  return withBooks(context, ask);
}

/** A list is worth what the coverage of its interval is worth, whatever it lists. */
export function worth(coverage: Answer): ExitCode {
  if (coverage.kind === 'unknown') throw new CliError('CANNOT_TELL', reasonsText(coverage.because));
  return EXIT.done;
}

/** @throws CliError CANNOT_TELL when the ledger has entries that the books have not. */
export function notYetIndexed(books: BooksReader, head: LedgerHead): void {
  if (books.cursor >= head.size) return;
  const text =
    `entries ${books.cursor} to ${head.size - 1} are not yet indexed: the next writing command ` +
    'does it, or "countersign rebuild"';
  throw new CliError('CANNOT_TELL', text);
}

/** @throws CliError CANNOT_TELL when entries were indexed that no detector has looked at. */
export function notYetJudged(books: BooksReader): void {
  const behind = books.notLookedAt('watch/');
  if (behind === undefined) return;
  const text =
    `no rule has looked at the records from entry ${behind.index} on yet: the next import, or ` +
    '"countersign serve", does it';
  throw new CliError('CANNOT_TELL', text);
}

/** Ends a list early at Ctrl-C; what was printed is whole lines. */
export async function* untilAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  for await (const item of items) {
    if (signal.aborted) throw new CliError('INTERRUPTED', 'interrupted: the list is not complete');
    yield item;
  }
}

/** One line: of each kind of reason the first, and how many more of it there are. */
export function reasonsText(because: readonly Reason[]): string {
  const kinds = [...Map.groupBy(because, (reason) => reason.code).values()];
  const texts = kinds.slice(0, REASONS_SHOWN).map(([first, ...more]) => {
    const others = more.length === 0 ? '' : ` (and ${numberText(more.length)} more like this)`;
    return `${first?.text}${others}`;
  });
  const left = kinds.length - texts.length;
  return [
    ...texts,
    ...(left > 0 ? [`${plural(left, 'more kind', 'more kinds')} of reasons`] : []),
  ].join('; ');
}

/** @throws CliError USAGE where the reference is to an entry of another log */
export function indexIn(origin: string, reference: EntryReference): number {
  if (reference.origin === undefined || reference.origin === origin) return reference.index;
  throw usage(`entry ${reference.index} is of the log ${reference.origin}, and this is ${origin}`);
}

/** An entry beyond the checkpoint may be there and not integrated yet: nobody can tell. */
export async function orCannotTell<T>(index: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'OUT_OF_RANGE') throw error;
    throw new CliError(
      'CANNOT_TELL',
      `entry ${index} is beyond the checkpoint: it is not yet integrated, or there is none`,
      { cause: error },
    );
  }
}
