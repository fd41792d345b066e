import type { EventRow } from '../../store/rows/event-row.ts';
import type { Change, Meaning } from '../analysis/foothold-changes.ts';
import type { Foothold } from '../footholds/foothold.ts';
import type { Things } from './objects.ts';
import type { Name, PartyNames, PartyReference } from './parties.ts';

/**
 * Closing and restoring changes of one foothold, indexed by actor and object. A company removes
 * links by the thousand, and each opening asks only for its own.
 */
export class Undoings {
  readonly #parties: PartyNames;
  readonly #byHolder = new Map<string, Change[]>();
  readonly #byThing = new Map<string, Change[]>();

  constructor(parties: PartyNames) {
    this.#parties = parties;
  }

  add(change: Change, { holder, things }: Meaning): void {
    for (const name of this.#namesOf(holder)) {
      push(this.#byHolder, name, change);
      if (typeof things === 'string') push(this.#byThing, keyOf(name, ALL), change);
      else for (const thing of things.flat()) push(this.#byThing, keyOf(name, thing), change);
    }
  }

  /** Changes that may concern the opening, in time order. */
  of({ holder, things }: Pick<FootholdOpening, 'holder' | 'things'>): readonly Change[] {
    const found = new Set<Change>();
    for (const name of this.#namesOf(holder)) {
      const lists =
        typeof things === 'string'
          ? [this.#byHolder.get(name)]
          : [ALL, ...things.flat()].map((thing) => this.#byThing.get(keyOf(name, thing)));
      for (const list of lists) for (const change of list ?? []) found.add(change);
    }
    return [...found].sort(byTime);
  }

  /** The party and its mailbox's directory name. */
  #namesOf(holder: PartyReference): readonly Name[] {
    const party = this.#parties.of(holder);
    const boxes = holder.names.filter((name) => name.startsWith('box:'));
    return party === undefined ? boxes : [party, ...boxes];
  }
}

/** A change of everything that the holder has, or of an unstated object. */
const ALL = '';

function keyOf(holder: Name, thing: string): string {
  return `${holder}\n${thing}`;
}

function push(map: Map<string, Change[]>, key: string, change: Change): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [change]);
  else if (list.at(-1) !== change) list.push(change);
}

function byTime(a: Change, b: Change): number {
  return a.row.event.timeMs - b.row.event.timeMs || a.row.index - b.row.index;
}

type EventTime = Pick<EventRow['event'], 'timeMs'>;

export type FootholdOpening = {
  readonly foothold: Foothold;
  readonly row: Pick<EventRow, 'index' | 'tenant'> & { readonly event: EventTime };
  readonly holder: PartyReference;
  readonly things: Things;
};
