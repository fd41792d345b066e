import type { Change, Meaning } from './changes.ts';
import type { Foothold } from './foothold.ts';
import type { Lineage, Taint } from './lineage.ts';

/** One thing that holds a foothold open, or held it. */
export type Opening = {
  readonly entry: number;
  readonly entries: readonly number[];
  readonly atMs: number;
  readonly tenant: string;
  /** In words: what, whose, by whom. */
  readonly text: string;
  readonly by: Taint;
  /** The change that took it back; undefined while none is known. */
  readonly closed: { readonly entry: number; readonly atMs: number } | undefined;
};

/** What changes say of one foothold. */
export type ChangeReading = {
  readonly openings: readonly Opening[];
  /** Changes of the same kind by others, of which nobody said that they were approved. */
  readonly others: number;
};

export function readChanges(
  foothold: Foothold,
  changes: readonly Change[],
  lineage: Lineage,
): ChangeReading {
  const openings: Opening[] = [];
  let others = 0;
  for (const [at, change] of changes.entries()) {
    for (const meaning of change.meanings) {
      if (meaning.foothold.number !== foothold.number || meaning.effect !== 'opens') continue;
      const by = takenBy(change, meaning, lineage);
      if (by === undefined) others += 1;
      else openings.push(openingOf(change, meaning, by, closing(changes, at, meaning, lineage)));
    }
  }
  return { openings, others };
}

/** Who did it counts; where nobody is named, what it was done to. */
function takenBy(change: Change, meaning: Meaning, lineage: Lineage): Taint | undefined {
  const { row, actor, channel } = change;
  const by = lineage.of([...actor, ...channel], row.event.timeMs);
  if (by !== undefined || actor.length > 0) return by;
  return lineage.of(meaning.holder, row.event.timeMs);
}

/** A later change that takes it back; not one that the intruders made themselves. */
function closing(
  changes: readonly Change[],
  from: number,
  meaning: Meaning,
  lineage: Lineage,
): Opening['closed'] {
  for (const { row, actor, channel, meanings } of changes.slice(from + 1)) {
    const isMeant = meanings.some(
      ({ foothold, effect, holder }) =>
        effect === 'closes' &&
        foothold.number === meaning.foothold.number &&
        lineage.isSame(holder, meaning.holder),
    );
    if (!isMeant) continue;
    const atMs = row.event.timeMs;
    if (lineage.of([...actor, ...channel], atMs) !== undefined) continue;
    return { entry: row.index, atMs };
  }
  return undefined;
}

function openingOf(
  { row }: Change,
  { what }: Meaning,
  by: Taint,
  closed: Opening['closed'],
): Opening {
  const { event, index, entries, tenant } = row;
  const whose = event.targetName ?? event.mailbox ?? event.object ?? event.targetUid;
  const parts = [
    event.operation ?? 'a change',
    ...(whose === null ? [] : [`of ${whose}`]),
    ...(what === undefined ? [] : [`(${what.slice(0, 200)})`]),
    `by ${event.actorName ?? event.actorUid ?? event.appName ?? 'somebody who is not named'}`,
  ];
  return { entry: index, entries, atMs: event.timeMs, tenant, text: parts.join(' '), by, closed };
}
