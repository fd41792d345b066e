import { createReadStream } from 'node:fs';
import { assert, type TenantId } from '../../core/index.ts';
import type { Input } from '../../intake/index.ts';
import { type ImportReport, importPaths, type Writer } from '../../pipeline/index.ts';
import type { Performer } from '../perform.ts';
import type { Work } from '../work.ts';

export type ImportWork = {
  /** Absolute; `-` is standard input. */
  readonly paths: readonly string[];
  readonly tenant: TenantId | undefined;
  /** What the person who imports says about where the files are from. */
  readonly origin: string | undefined;
  readonly originals: 'keep' | 'leave';
};

export function importWork(who: string, what: ImportWork): Work {
  const { paths, tenant, origin, originals } = what;
  const options = { origin: origin ?? null, originals, spool: null };
  return { command: 'import', args: paths, tenant: tenant ?? null, who, options };
}

/** The same work for a process that does not have our standard input, but can read `spool`. */
export function withSpool(work: Work, spool: string): Work {
  return { ...work, options: { ...work.options, spool } };
}

export function readsStandardInput(work: Work): boolean {
  return work.command === 'import' && work.args.includes('-');
}

export async function performImport(
  writer: Writer,
  work: Work,
  { doer, lanes, hooks, stdin }: Performer,
): Promise<ImportReport> {
  const { origin, originals, spool } = work.options;
  const standardInput = typeof spool === 'string' ? createReadStream(spool) : stdin;
  const inputs = work.args.map((path): Input => {
    if (path !== '-') return { kind: 'path', path };
    assert(standardInput !== undefined, 'standard input is put aside before it is handed over');
    return { kind: 'stream', bytes: standardInput };
  });
  return importPaths(writer, {
    inputs,
    tenant: work.tenant === null ? undefined : (work.tenant as TenantId),
    origin: typeof origin === 'string' ? origin : undefined,
    originals: originals === 'keep' ? 'keep' : 'leave',
    doer,
    lanes,
    signal: hooks.signal,
    onProgress: hooks.progress,
  });
}
