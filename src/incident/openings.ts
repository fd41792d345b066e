import type { Change, Meaning } from './changes.ts';
import type { Foothold } from './foothold.ts';
import type { Lineage, Suspicion, Taint } from './lineage.ts';
import type { Name } from './names.ts';
import { type Reversal, reversalOf } from './reversals.ts';

/** One thing that holds a foothold open, or held it. */
export type Opening = {
  readonly entry: number;
  readonly entries: readonly number[];
  readonly atMs: number;
  readonly tenant: string;
  /** In words: what, whose, by whom. */
  readonly text: string;
  readonly by: Taint;
  /** Whose act it was. */
  readonly party: Name;
  readonly reversal: Reversal;
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
  const own = changes.filter(({ meanings }) => meanings.some((each) => isOf(each, foothold)));
  const undoing = own.filter(({ meanings }) =>
    meanings.some((each) => isOf(each, foothold) && (each.effect !== 'opens' || each.reinstates)),
  );
  const openings: Opening[] = [];
  let others = 0;
  for (const change of own) {
    for (const meaning of change.meanings) {
      if (!isOf(meaning, foothold) || meaning.effect !== 'opens') continue;
      const by = takenBy(change, meaning, lineage);
      if (by !== undefined) openings.push(openingOf(change, meaning, by, undoing, lineage));
      // Whoever sets a password opens and closes at once.
      else if (!change.meanings.some((each) => isOf(each, foothold) && each.effect === 'closes')) {
        others += 1;
      }
    }
  }
  return { openings, others };
}

function isOf(meaning: Meaning, foothold: Foothold): boolean {
  return meaning.foothold.number === foothold.number;
}

/** Who did it counts; where nobody is named, what it was done to. */
function takenBy(change: Change, meaning: Meaning, lineage: Lineage): Suspicion | undefined {
  const by = lineage.behind(change.act);
  if (by !== undefined || change.act.actor.names.length > 0) return by;
  return lineage.of(meaning.holder);
}

function openingOf(
  change: Change,
  meaning: Meaning,
  { party, taint }: Suspicion,
  changes: readonly Change[],
  lineage: Lineage,
): Opening {
  const { row } = change;
  const { foothold, holder, things, what } = meaning;
  const { event, index, entries, tenant } = row;
  const whose = event.targetName ?? event.mailbox ?? event.object ?? event.targetUid;
  const parts = [
    event.operation ?? 'a change',
    ...(whose === null ? [] : [`of ${whose}`]),
    ...(what === undefined ? [] : [`(${what.slice(0, 200)})`]),
    `by ${event.actorName ?? event.actorUid ?? event.appName ?? 'somebody who is not named'}`,
  ];
  return {
    ...{ entry: index, entries, atMs: event.timeMs, tenant, text: parts.join(' ') },
    ...{ by: taint, party },
    reversal: reversalOf({ foothold, row, holder, things }, changes, lineage),
  };
}
