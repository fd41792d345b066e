import { createReadStream } from 'node:fs';
import { assert, type TenantId } from '@countersign/core';
import type { Input } from '@countersign/m365';
import { importNothing } from '../ingest/empty-import.ts';
import { type ImportReport, importPaths, type RunOptions } from '../ingest/import-run.ts';
import { retryQuarantined } from '../ingest/retry-quarantine.ts';
import { type Command, textOption } from './forwarding/command.ts';
import { ForwardingError } from './forwarding/errors.ts';
import type { HandlerContext } from './host/handlers.ts';
import type { HostWriter } from './host/open-writer.ts';

export type ImportWork = {
  /** Absolute; `-` is standard input. */
  readonly paths: readonly string[];
  readonly tenant: TenantId | undefined;
  /** What the person who imports says about where the files are from. */
  readonly origin: string | undefined;
  readonly originals: 'keep' | 'leave';
};

/** Reads again what was quarantined. */
export function retryWork(who: string, what: Pick<ImportWork, 'tenant' | 'origin'>): Command {
  const options = { origin: what.origin ?? null };
  return { command: 'import --quarantined', args: [], tenant: what.tenant ?? null, who, options };
}

export async function performRetry(
  writer: HostWriter,
  work: Command,
  handler: HandlerContext,
): Promise<ImportReport> {
  return retryQuarantined(writer, runOptions(work, handler));
}

export function importWork(who: string, what: ImportWork): Command {
  const { paths, tenant, origin, originals } = what;
  const options = { origin: origin ?? null, originals, spool: null };
  return { command: 'import', args: paths, tenant: tenant ?? null, who, options };
}

/** The same work for a process that does not have our standard input, but can read `spool`. */
export function withSpool(work: Command, spool: string): Command {
  return { ...work, options: { ...work.options, spool } };
}

export function readsStandardInput(work: Command): boolean {
  return work.command === 'import' && work.args.includes('-');
}

export async function performImport(
  writer: HostWriter,
  work: Command,
  handler: HandlerContext,
): Promise<ImportReport> {
  const { hooks, stdin } = handler;
  const spool = textOption(work, 'spool');
  const standardInput = spool === undefined ? stdin : createReadStream(spool);
  const inputs = work.args.map((path): Input => {
    if (path !== '-') return { kind: 'path', path };
    assert(standardInput !== undefined, 'standard input is put aside before it is handed over');
    return { kind: 'stream', bytes: untilAborted(standardInput, hooks.signal) };
  });
  const originals = textOption(work, 'originals') === 'keep' ? 'keep' : 'leave';
  return importPaths(writer, { ...runOptions(work, handler), inputs, originals });
}

function runOptions(work: Command, { actor, workers, hooks }: HandlerContext): RunOptions {
  return {
    tenant: work.tenant === null ? undefined : (work.tenant as TenantId),
    origin: textOption(work, 'origin'),
    actor,
    workers,
    signal: hooks.signal,
    onProgress: hooks.progress,
  };
}

/** The answer where there is no ledger and nothing to make one of. */
export async function importWithoutLedger(work: Command): Promise<ImportReport | undefined> {
  if (work.command !== 'import' || readsStandardInput(work)) return undefined;
  return importNothing(work.args.map((path) => ({ kind: 'path', path })));
}

/** Nobody may have to send another byte before we stop to wait for it. */
async function* untilAborted(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(interrupted());
  // Somebody may abort before the first byte is waited for.
  aborted.promise.catch(() => undefined);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const iterator = bytes[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function interrupted(): ForwardingError {
  return new ForwardingError(
    'INTERRUPTED',
    'interrupted while reading standard input: the batches before are in the ledger, whole',
  );
}
