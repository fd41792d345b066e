import {
  assert,
  instantOfMs,
  normalize,
  plural,
  type RecordDraft,
  type TenantId,
} from '@countersign/core';
import { type Observation, READ_AGAIN_CODE, type UnreadWindow } from '@countersign/coverage';
import type { ContentFact } from '@countersign/m365';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { CollectedPiece } from '../quarantine/quarantine.ts';
import { CollectionHistory, collectedBody } from './collection-history.ts';

/** The result of a retry of quarantined collected pieces. */
export type RecoveryResult = {
  readonly read: readonly CollectedPiece[];
  readonly left: readonly CollectedPiece[];
  /** Remaining pieces whose window is unknown. */
  readonly unknown: number;
};

/**
 * Entries that follow a retry: contents that are now complete, and windows that lacked nothing
 * else.
 *
 * A window is complete only if none of its pieces remains.
 */
export async function readAgainEntries(
  writer: LedgerWriter,
  pieces: RecoveryResult,
): Promise<RecordDraft[]> {
  if (pieces.read.length === 0) return [];
  const nowMs = writer.clock.now();
  await writer.reader.refresh();
  const contents = contentsOf(await CollectionHistory.load(writer), pieces.read);
  // Decide by the ledger: a piece that an operator deleted from the folder was not read.
  const torn = contents
    .filter(({ now }) => now.quarantined !== undefined)
    .map(({ piece }) => piece);
  const found = { ...pieces, left: [...pieces.left, ...torn] };
  const short = pieces.unknown > 0 ? [] : joined(writer.store.unread());
  return [
    ...contents.map(({ piece: { window }, now }) => {
      const between = { from: window.fromMs, to: window.toMs };
      return ownEntryDraft('import', nowMs, collectedBody(window, between, [now]));
    }),
    ...short.flatMap((window) => {
      const seen = observation(window, found, nowMs);
      return seen === undefined ? [] : [ownEntryDraft('coverage', nowMs, seen)];
    }),
  ];
}

/** Contents whose pieces were read, as known now. */
function contentsOf(
  history: CollectionHistory,
  read: readonly CollectedPiece[],
): { readonly piece: CollectedPiece; readonly now: ContentFact }[] {
  return [...Map.groupBy(read, contentKey).values()].flatMap((pieces) => {
    const [piece] = pieces;
    assert(piece !== undefined, 'a group has a member');
    const { window, content } = piece;
    const fact = history.content(window.source, window.tenant, content);
    if (fact?.quarantined === undefined) return [];
    const { quarantined, ...rest } = fact;
    const stay = quarantined - pieces.length;
    return [{ piece, now: stay > 0 ? { ...rest, quarantined: stay } : rest }];
  });
}

function contentKey({ window, content }: CollectedPiece): string {
  return `${window.tenant}\n${window.source}\n${content}`;
}

/**
 * Joins adjacent windows. A later list that named the same content made its own window incomplete
 * too, which may extend far beyond the piece's window.
 */
function joined(windows: readonly UnreadWindow[]): UnreadWindow[] {
  const groups = Map.groupBy(windows, ({ from: _, to: __, ...key }) => JSON.stringify(key));
  return [...groups.values()].flatMap((group) => {
    const [one] = group as [UnreadWindow];
    return normalize(group).map(({ from, to }) => ({ ...one, from, to }));
  });
}

function observation(
  unread: UnreadWindow,
  { read, left }: RecoveryResult,
  nowMs: number,
): Observation | undefined {
  const [first, ...more] = read.filter((piece) => isOf(piece, unread));
  if (first === undefined || left.some((piece) => isOf(piece, unread))) return undefined;
  const { tenant, source, workload, subject, axis } = unread;
  const records = more.length + 1;
  return {
    ...{ v: 2, collector: first.window.collector, tenant, source, workload, subject },
    from: instantOfMs(unread.from) ?? '',
    to: instantOfMs(unread.to) ?? '',
    ...{ axis, outcome: 'complete', listed: 0, fetched: 0, records, duplicates: 0, quarantined: 0 },
    because: `${plural(records, 'piece')} that had been quarantined could be read`,
    ...{ code: READ_AGAIN_CODE, delays: null, canaries: null },
    at: instantOfMs(nowMs) ?? '',
  };
}

function isOf({ window }: CollectedPiece, unread: UnreadWindow): boolean {
  const isShort = window.source === unread.source || window.alsoSources.includes(unread.source);
  return (
    isShort &&
    window.tenant === (unread.tenant as TenantId) &&
    window.axis === unread.axis &&
    window.fromMs < unread.to &&
    window.toMs > unread.from
  );
}
