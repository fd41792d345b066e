import { assert } from '@countersign/core';
import type { HandlerContext } from '../host/handler-context.ts';
import type { HostWriter } from '../host/open-writer.ts';

/**
 * Appends an entry about one access to data. Because of its time, the same access later is another
 * entry.
 */
export async function appendAct(
  writer: HostWriter,
  { actor, tenant = null }: Pick<HandlerContext, 'actor'> & { readonly tenant?: unknown },
  asked: { readonly act: string } & Readonly<Record<string, unknown>>,
): Promise<{ readonly entry: number }> {
  const { catchUpProjection } = await import('../../projection/catch-up.ts');
  const { ownEntryDraft } = await import('../../projection/entries/own-entry.ts');
  const atMs = writer.clock.now();
  const said = { v: 1, ...asked, tenant, ...actor, atMs };
  const [appended] = await writer.ledger.append([ownEntryDraft('act', atMs, said)]);
  await catchUpProjection(writer);
  assert(appended !== undefined, 'every draft has its outcome');
  return { entry: appended.index };
}
