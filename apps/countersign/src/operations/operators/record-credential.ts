import { assert, type RecordDraft } from '@countersign/core';
import type { OperatorRecord } from '../../operators/operator-record.ts';
import type { OperatorState } from '../../operators/operator-state.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { HandlerContext } from '../host/handler-context.ts';

/** Opens the state of operators, up to date with the ledger. */
export async function openOperatorState(writer: LedgerWriter): Promise<OperatorState> {
  const { OperatorState: State } = await import('../../operators/operator-state.ts');
  const state = State.open(writer.dir);
  await follow(writer, state);
  return state;
}

/**
 * Appends an entry about an operator or a token, with a finding about it if others must see it. Its
 * row in the state follows the entry.
 */
export async function recordCredential(
  writer: LedgerWriter,
  state: OperatorState,
  record: OperatorRecord,
  finding?: RecordDraft,
): Promise<number> {
  const { ownEntryDraft } = await import('../../projection/entries/own-entry.ts');
  const entry = ownEntryDraft('credential', record.atMs, record);
  const drafts = finding === undefined ? [entry] : [entry, finding];
  const [appended] = await writer.ledger.append(drafts);
  assert(appended !== undefined, 'every draft has its outcome');
  await follow(writer, state);
  return appended.index;
}

/** The account that acts, as entries state it. */
export function actorName({ actor }: HandlerContext): string {
  return `${actor.who}@${actor.host}`;
}

async function follow(writer: LedgerWriter, state: OperatorState): Promise<void> {
  const { catchUpProjection } = await import('../../projection/catch-up.ts');
  const { followEntries } = await import('../../operators/follow-entries.ts');
  await catchUpProjection(writer);
  await writer.reader.refresh();
  await followEntries(state, writer);
}
