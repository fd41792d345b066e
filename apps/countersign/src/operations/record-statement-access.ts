import { assert, type TenantId } from '@countersign/core';
import { catchUpProjection } from '../projection/catch-up.ts';
import { ownEntryDraft } from '../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import type { Command } from './forwarding/command.ts';
import type { HandlerContext } from './host/handlers.ts';

/** Somebody looks at a person's books, and says why. */
export type AccessWork = {
  /** Whose books, as they were asked for. */
  readonly subject: string;
  readonly tenant: TenantId | undefined;
  readonly purpose: string;
  readonly case: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
};

export function accessWork(who: string, what: AccessWork): Command {
  const { subject, tenant, purpose, from, to } = what;
  const options = { purpose, case: what.case, from: from ?? null, to: to ?? null };
  return { command: 'statement', args: [subject], tenant: tenant ?? null, who, options };
}

/** The entry names the person, and goes with the rest when that person's records are erased. */
export async function performAccess(
  writer: LedgerWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<{ readonly entry: number }> {
  const [subject] = work.args;
  const { purpose, case: caseName, from, to } = work.options;
  const { tenant } = work;
  const asked = { act: 'statement', subject, tenant, purpose, case: caseName, from, to };
  // The time makes the same look, another day, another entry.
  const atMs = writer.clock.now();
  const said = { v: 1, ...asked, ...actor, atMs };
  const [appended] = await writer.ledger.append([ownEntryDraft('act', atMs, said)]);
  await catchUpProjection(writer);
  assert(appended !== undefined, 'every draft has its outcome');
  return { entry: appended.index };
}
