import {
  assert,
  instantOfMs,
  normalise,
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

/** Of what collectors quarantined: what could be read now, and what stays. */
export type RecoveryResult = {
  readonly read: readonly CollectedPiece[];
  readonly left: readonly CollectedPiece[];
  /** Pieces that stay and of which it is not known whose window they were of. */
  readonly unknown: number;
};

/**
 * What the ledger says once pieces of collected content could be read: contents that are whole by
 * it, and windows that were short of nothing else. A window is whole only if not one piece of it
 * stays: nobody could tell otherwise.
 */
export async function readAgainEntries(
  writer: LedgerWriter,
  pieces: RecoveryResult,
): Promise<RecordDraft[]> {
  if (pieces.read.length === 0) return [];
  const nowMs = writer.clock.now();
  await writer.reader.refresh();
  const contents = contentsOf(await CollectionHistory.load(writer), pieces.read);
  // By the ledger: a piece that somebody took out of the folder was not read.
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

/** Contents of which pieces were read, as they are known now. */
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
 * Neighbours as one: a later list that named the content again made its own window short as well,
 * which may reach far around that of the piece.
 */
function joined(windows: readonly UnreadWindow[]): UnreadWindow[] {
  const groups = Map.groupBy(windows, ({ from: _, to: __, ...key }) => JSON.stringify(key));
  return [...groups.values()].flatMap((group) => {
    const [one] = group as [UnreadWindow];
    return normalise(group).map(({ from, to }) => ({ ...one, from, to }));
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
