import type { Change } from '../analysis/foothold-changes.ts';
import type { PartyNames } from './parties.ts';
import { Undoings } from './reversal-index.ts';

/** The changes that open one foothold, and those that close or restore it. */
export type FootholdChanges = {
  readonly opening: readonly Change[];
  readonly undoing: Undoings;
};

/** By foothold number, because each is queried many times. */
export type ChangeIndex = ReadonlyMap<number, FootholdChanges>;

export function indexChanges(
  changes: readonly Change[],
  footholds: readonly { readonly number: number }[],
  parties: PartyNames,
): ChangeIndex {
  const index = new Map(
    footholds.map(({ number }) => {
      return [number, { opening: [] as Change[], undoing: new Undoings(parties) }];
    }),
  );
  for (const change of changes) {
    for (const meaning of change.meanings) {
      const own = index.get(meaning.foothold.number);
      const { effect, reinstates } = meaning;
      if (effect === 'opens' && own?.opening.at(-1) !== change) own?.opening.push(change);
      if (effect !== 'opens' || reinstates) own?.undoing.add(change, meaning);
    }
  }
  return index;
}

/** The same index with only the openings of some actors. */
export function openedBy(index: ChangeIndex, isTheirs: (change: Change) => boolean): ChangeIndex {
  return new Map(
    [...index].map(([number, { opening, undoing }]) => {
      return [number, { opening: opening.filter(isTheirs), undoing }];
    }),
  );
}
