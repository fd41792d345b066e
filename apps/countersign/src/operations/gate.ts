import { assert } from '@countersign/core';
import { catchUpProjection } from '../projection/catch-up.ts';
import { ownEntryDraft } from '../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import type { Command } from './forwarding/command.ts';
import type { HandlerContext } from './host/handlers.ts';

/** What a gate answered, with all that it rested on. */
export type GateWork = {
  readonly gate: string;
  /** As it is to be kept: plain JSON. */
  readonly said: object;
};

export function gateWork(who: string, { gate, said }: GateWork): Command {
  return { command: 'gate', args: [gate], tenant: null, who, options: { said } };
}

/** The answer is an entry: who asks later sees what was known, and by whom it was asked. */
export async function performGate(
  writer: LedgerWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<{ readonly entry: number }> {
  const [gate] = work.args;
  const { said } = work.options;
  const atMs = writer.clock.now();
  const body = { v: 1, gate, said, ...actor, atMs };
  const [appended] = await writer.ledger.append([ownEntryDraft('gate', atMs, body)]);
  await catchUpProjection(writer);
  assert(appended !== undefined, 'every draft has its outcome');
  return { entry: appended.index };
}
