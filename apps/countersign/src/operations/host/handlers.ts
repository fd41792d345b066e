import type { PlannedEntry } from '../../projection/rehearsal.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import { parseInput } from '../definition/parse-input.ts';
import type { Command } from '../forwarding/command.ts';
import { ForwardingError } from '../forwarding/errors.ts';
import { loadLedgerOperation } from '../registry.ts';
import type { HandlerContext } from './handler-context.ts';
import type { HostWriter } from './open-writer.ts';
import { rehearse } from './rehearsal.ts';

/** The answer of a dry run. */
export type DryRun = { readonly dryRun: true; readonly entries: readonly PlannedEntry[] };

/** Runs one operation with the ledger of this process. The result is plain JSON. */
export async function perform(
  writer: HostWriter,
  work: Command,
  by: Omit<HandlerContext, 'tenant' | 'mode'>,
): Promise<unknown> {
  const operation = await operationOf(work);
  const input = parseInput(operation.input, work.input);
  const context = { ...by, tenant: work.tenant ?? undefined, mode: work.mode };
  if (work.mode === 'perform') return operation.run(writer, input, context);
  const planned = (dry: HostWriter): Promise<unknown> => operation.run(dry, input, context);
  return { dryRun: true, entries: await rehearse(writer, planned) } satisfies DryRun;
}

/** @throws ForwardingError OTHER_VERSION */
export async function operationOf(
  work: Pick<Command, 'operation'>,
): Promise<LedgerOperation<object, unknown>> {
  const operation = await loadLedgerOperation(work.operation);
  if (operation !== undefined) return operation;
  throw new ForwardingError(
    'OTHER_VERSION',
    `the process that holds the ledger does not know the operation "${work.operation}": run one ` +
      'version of Countersign on one data folder',
  );
}
