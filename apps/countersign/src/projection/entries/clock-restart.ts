import { instantOfMs } from '@countersign/core';
import { IngestError } from '../../ingest/errors.ts';
import { CLOCK_AHEAD_MS_MIN } from '../../ingest/limits.ts';
import type { LedgerWriter } from '../../operations/host/open-writer.ts';
import type { ClockRestart } from '../../store/rows/entry-rows.ts';
import { catchUpProjection } from '../catch-up.ts';
import { type Actor, ownEntryDraft } from './own-entry.ts';

/** What an entry of kind `clock` says: who declared that earlier entries were stamped ahead. */
type ClockRestartBody = {
  readonly v: 1;
  readonly what: 'restart';
  readonly by: string;
  readonly reason: string;
  /** `seen` of the entry before this one. */
  readonly lastSeen: string;
  /** What the clock of the machine showed. */
  readonly atMs: number;
};

export type ClockRestarted = {
  readonly entry: number;
  readonly lastSeen: string;
  /** The `seen` from which later entries count again. */
  readonly seen: string;
};

/**
 * Lets `seen` start again at the time of this machine, after a clock that was ahead stamped entries
 * with a time that is still to come. Those entries stay as they are: the log shows the wrong time,
 * the entry that ends it, and who declared it.
 * @throws PipelineError CLOCK_NOT_AHEAD
 */
export async function restartClock(
  writer: LedgerWriter,
  { reason, doer }: { readonly reason: string; readonly doer: Actor },
): Promise<ClockRestarted> {
  const { ledger, reader, clock } = writer;
  await ledger.publish();
  await reader.refresh();
  const lastSeen = reader.size === 0 ? undefined : (await reader.leaf(reader.size - 1)).leaf.seen;
  const atMs = clock.now();
  if (lastSeen === undefined || Date.parse(lastSeen) - atMs < CLOCK_AHEAD_MS_MIN) {
    throw new IngestError(
      'CLOCK_NOT_AHEAD',
      'could not restart the clock of the ledger: its last entry was seen at ' +
        `${lastSeen ?? 'no time'}, and this machine shows ${instantOfMs(atMs)}; ` +
        'there is nothing to set back',
    );
  }
  const by = `${doer.who}@${doer.host}`;
  const body: ClockRestartBody = { v: 1, what: 'restart', by, reason, lastSeen, atMs };
  const [appended] = await ledger.append([ownEntryDraft('clock', atMs, body)]);
  await catchUpProjection(writer);
  const entry = appended?.index ?? -1;
  await reader.refresh();
  return { entry, lastSeen, seen: (await reader.leaf(entry)).leaf.seen };
}

/** Undefined for another body of that kind. */
export function clockRestartOf(index: number, body: object): ClockRestart | undefined {
  const { what, atMs } = body as Partial<ClockRestartBody>;
  if (what !== 'restart' || !Number.isSafeInteger(atMs)) return undefined;
  return { index, atMs: atMs as number };
}
