import type { Command } from '../forwarding/command.ts';
import type { ImportInput, ImportOutput } from './import.ts';

/** Undefined for a command without standard input. */
export function standardInputOf(work: Command): ImportInput | undefined {
  const input = importInputOf(work);
  return input?.paths.includes('-') === true ? input : undefined;
}

/** The same work for a process without our standard input, which can read `spool`. */
export function withSpool(work: Command, input: ImportInput, spool: string): Command {
  return { ...work, input: { ...input, spool } };
}

/** The answer without a ledger and without input to create one. */
export async function importWithoutLedger(work: Command): Promise<ImportOutput | undefined> {
  const input = importInputOf(work);
  if (input === undefined || input.paths.includes('-')) return undefined;
  const { importNothing } = await import('../../ingest/empty-import.ts');
  const inputs = input.paths.map((path) => ({ kind: 'path', path }) as const);
  const report = await importNothing(inputs);
  if (report === undefined) return undefined;
  const { interrupted: _, ...output } = report;
  return output;
}

function importInputOf(work: Command): ImportInput | undefined {
  return work.operation === 'import' ? (work.input as ImportInput) : undefined;
}
