import { placeHold, releaseHold } from '../ingest/erasure/legal-holds.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { type EntryScope, scopeOf, scopeOptions } from './entry-scope.ts';
import { type Command, requiredText } from './forwarding/command.ts';
import type { HandlerContext } from './host/handlers.ts';

export type HoldWork = EntryScope & { readonly case: string };

export function holdWork(who: string, what: HoldWork): Command {
  const options = { ...scopeOptions(what), case: what.case };
  return { command: 'ledger hold', args: [], tenant: what.tenant ?? null, who, options };
}

export function releaseWork(who: string, caseName: string): Command {
  const options = { case: caseName };
  return { command: 'ledger hold --release', args: [], tenant: null, who, options };
}

/** The entry that placed or released the hold. */
export type HoldEntry = { readonly entry: number };

export async function performHold(
  writer: LedgerWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<HoldEntry> {
  const { names, source, tenant, fromMs, toMs, ...rest } = await scopeOf(writer.dir, work);
  const entry = await placeHold(writer, {
    names,
    source: source ?? null,
    tenant: tenant ?? null,
    import: rest.import ?? null,
    fromMs: fromMs ?? null,
    toMs: toMs ?? null,
    case: requiredText(work, 'case'),
    actor,
  });
  return { entry };
}

export async function performRelease(
  writer: LedgerWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<HoldEntry> {
  return { entry: await releaseHold(writer, { case: requiredText(work, 'case'), actor }) };
}
