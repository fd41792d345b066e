import { type ErasureReport, erase } from '../ingest/erasure/erase-bodies.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { type EntryScope, scopeOf, scopeOptions } from './entry-scope.ts';
import { type Command, numbersOption, requiredText, textOption } from './forwarding/command.ts';
import type { HandlerContext } from './host/handlers.ts';

export type EraseWork = EntryScope & {
  readonly indices: readonly number[];
  readonly case: string;
  readonly reason: string;
  readonly whenNothing: 'refuse' | 'done';
};

export function eraseWork(who: string, what: EraseWork): Command {
  const { indices, reason, tenant, whenNothing } = what;
  const options = { ...scopeOptions(what), indices, reason, case: what.case, whenNothing };
  return { command: 'ledger erase', args: [], tenant: tenant ?? null, who, options };
}

export async function performErase(
  writer: LedgerWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<ErasureReport> {
  const { names, ...scope } = await scopeOf(writer.dir, work);
  const indices = numbersOption(work, 'indices');
  return erase(writer, {
    selection: {
      ...scope,
      names: names.length === 0 ? undefined : names,
      indices: indices.length === 0 ? undefined : indices,
    },
    case: requiredText(work, 'case'),
    reason: requiredText(work, 'reason'),
    actor,
    whenNothing: textOption(work, 'whenNothing') === 'done' ? 'done' : 'refuse',
  });
}
