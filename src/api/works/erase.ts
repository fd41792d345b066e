import { type ErasureReport, erase, type Writer } from '../../pipeline/index.ts';
import type { Performer } from '../perform.ts';
import { numbersOption, requiredText, textOption, type Work } from '../work.ts';
import { type EntryScope, scopeOf, scopeOptions } from './scope.ts';

export type EraseWork = EntryScope & {
  readonly indices: readonly number[];
  readonly case: string;
  readonly reason: string;
  readonly whenNothing: 'refuse' | 'done';
};

export function eraseWork(who: string, what: EraseWork): Work {
  const { indices, reason, tenant, whenNothing } = what;
  const options = { ...scopeOptions(what), indices, reason, case: what.case, whenNothing };
  return { command: 'ledger erase', args: [], tenant: tenant ?? null, who, options };
}

export async function performErase(
  writer: Writer,
  work: Work,
  { doer }: Performer,
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
    doer,
    whenNothing: textOption(work, 'whenNothing') === 'done' ? 'done' : 'refuse',
  });
}
