import { existsSync } from 'node:fs';
import {
  type Answer,
  CountersignError,
  numberText,
  plural,
  type Reason,
  watermarkText,
} from '@countersign/core';
import { LedgerReader, layout } from '@countersign/ledger';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { EntryReference } from '../options/parse-options.ts';
import type { Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import { REASONS_SHOWN } from '../process/limits.ts';

/** Where answers come from: readers, which take no lock. */
export type Sources = {
  readonly ledger: LedgerReader;
  readonly store: StoreReader;
  readonly head: LedgerHead;
  /** The head of an answer about findings, which is as far as every detector has read. */
  readonly examined: () => Promise<LedgerHead>;
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

export async function askStore(
  context: Context,
  ask: (sources: Sources) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withStore(context, ask, (head) => tellWatermark(context, head));
}

async function withStore<T>(
  context: Context,
  ask: (sources: Sources) => Promise<T>,
  tell: (head: LedgerHead) => void,
): Promise<T> {
  // The books bring the engine along, which takes a while: the ledger's own questions do without.
  const { StoreReader: Reader } = await import('../../store/store-reader.ts');
  const { headOf } = await import('../../store/reading/ledger-head.ts');
  return askLedger(context, async (ledger) => {
    const store = await Reader.open(context.dataDir, { clock: context.clock });
    let head = await headOf(ledger, store);
    const examined = async (): Promise<LedgerHead> => {
      head = await examinedHead(ledger, store, head);
      return head;
    };
    try {
      const answer = await ask({ ledger, store, head, examined });
      tell(head);
      return answer;
    } catch (error) {
      throw isBehind(head) ? withWatermark(error, head) : error;
    } finally {
      store.close();
    }
  });
}

/** Undefined where there is no ledger yet: for answers that are something without one. */
export async function askStoreIfAny<T>(
  context: Context,
  ask: (sources: Sources) => Promise<T>,
): Promise<T | undefined> {
  if (!existsSync(layout.folderFacts(context.dataDir))) return undefined;
  // It is one part of an answer.
  return withStore(context, ask, () => undefined);
}

/** A list is worth what the coverage of its interval is worth, whatever it lists. */
export function listExitCode(coverage: Answer): ExitCode {
  if (coverage.kind === 'unknown') throw new CliError('CANNOT_TELL', reasonsText(coverage.because));
  return EXIT.done;
}

/**
 * An answer holds for the entries that are indexed, and names them. Of none there is no answer.
 * @throws CliError CANNOT_TELL when nothing of the ledger is indexed
 */
export function notYetIndexed({ asOf, size }: LedgerHead): void {
  if (asOf.size === 0 && size > 0) throw unread(0, size);
}

/**
 * For a question about one thing that was not found: it may stand beyond the watermark.
 * @throws CliError CANNOT_TELL when anything of the ledger is not indexed
 */
export function notWhollyIndexed({ asOf, size }: LedgerHead): void {
  if (asOf.size < size) throw unread(asOf.size, size);
}

function unread(from: number, size: number): CliError {
  const text =
    `entries ${from} to ${size - 1} are not yet indexed. The next writing command indexes ` +
    'them, or run "countersign rebuild"';
  return new CliError('CANNOT_TELL', text);
}

/** @throws CliError CANNOT_TELL when some detector has looked at nothing yet */
async function examinedHead(
  ledger: LedgerReader,
  store: StoreReader,
  head: LedgerHead,
): Promise<LedgerHead> {
  const behind = store.notLookedAt('watch/');
  if (behind === undefined || behind.index >= head.asOf.size) return head;
  if (behind.index === 0) {
    const text =
      'no rule has read the records from entry 0 on yet. Run the next import, or ' +
      '"countersign serve"';
    throw new CliError('CANNOT_TELL', text);
  }
  const { headOf } = await import('../../store/reading/ledger-head.ts');
  return { ...head, asOf: (await headOf(ledger, { cursor: behind.index })).asOf };
}

/** On standard error: a list has no place for it, and a document names it as `asOf` as well. */
function tellWatermark({ terminal, json }: Context, head: LedgerHead): void {
  if (!json || isBehind(head)) terminal.note(`As of ${asOfText(head)}.`);
}

function withWatermark(error: unknown, head: LedgerHead): unknown {
  if (!(error instanceof CliError) || error.code !== 'CANNOT_TELL') return error;
  const text = `${error.message} (as of ${asOfText(head)})`;
  return new CliError('CANNOT_TELL', text, { cause: error });
}

function isBehind({ asOf, size }: LedgerHead): boolean {
  return asOf.size < size;
}

function asOfText({ asOf, size }: LedgerHead): string {
  const later = asOf.size < size ? `; entries ${asOf.size} to ${size - 1} are not read yet` : '';
  return `${watermarkText(asOf)}${later}`;
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
  throw usage(
    `entry ${reference.index} belongs to the log ${reference.origin}, and this log is ${origin}`,
  );
}

/** An entry beyond the checkpoint may exist and not be integrated yet. The answer is unknown. */
export async function orCannotTell<T>(index: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'OUT_OF_RANGE') throw error;
    throw new CliError(
      'CANNOT_TELL',
      `entry ${index} is beyond the checkpoint: it does not exist, or it is not yet integrated`,
      { cause: error },
    );
  }
}
