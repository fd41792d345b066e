import { instantOfMs } from '@countersign/core';
import { catchUpProjection } from '../projection/catch-up.ts';
import type { ClockRestartBody } from '../projection/entries/clock-restart.ts';
import { type Actor, ownEntryDraft } from '../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { IngestError } from './errors.ts';

/** Below this, the clock waits for the time of the last entry, and no restart is needed. */
const CLOCK_AHEAD_MS_MIN = 60_000;

export type ClockRestart = {
  readonly entry: number;
  readonly lastSeen: string;
  /** The `seen` from which later entries count again. */
  readonly seen: string;
};

/**
 * Restarts `seen` at this machine's time, after a fast clock stamped entries with a future time.
 *
 * Those entries stay. The log shows the wrong time, the entry that ends it, and who declared it.
 * @throws IngestError CLOCK_NOT_AHEAD
 */
export async function restartClock(
  writer: LedgerWriter,
  { reason, actor }: { readonly reason: string; readonly actor: Actor },
): Promise<ClockRestart> {
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
        'no restart is needed',
    );
  }
  const by = `${actor.who}@${actor.host}`;
  const body: ClockRestartBody = { v: 1, what: 'restart', by, reason, lastSeen, atMs };
  const [appended] = await ledger.append([ownEntryDraft('clock', atMs, body)]);
  await catchUpProjection(writer);
  const entry = appended?.index ?? -1;
  await reader.refresh();
  return { entry, lastSeen, seen: (await reader.leaf(entry)).leaf.seen };
}
