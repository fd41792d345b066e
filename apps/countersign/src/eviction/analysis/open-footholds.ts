import type { Foothold } from '../footholds/foothold.ts';
import type { Lineage, Suspicion, Taint } from '../lineage/lineage.ts';
import type { FootholdChanges } from '../reversals/change-index.ts';
import type { Name } from '../reversals/parties.ts';
import type { Undoings } from '../reversals/reversal-index.ts';
import { type Reversal, reversalOf } from '../reversals/reversals.ts';
import type { Change, Meaning } from './foothold-changes.ts';

/** One change or event that keeps or kept a foothold open. */
export type Opening = {
  readonly entry: number;
  readonly entries: readonly number[];
  readonly atMs: number;
  readonly tenant: string;
  /** The mailbox that it is about, if it is about one; else null. */
  readonly mailbox: string | null;
  /** A sentence with the foothold, its holder and the actor. */
  readonly text: string;
  readonly by: Taint;
  /** The actor. */
  readonly party: Name;
  readonly reversal: Reversal;
};

/** What the changes show about one foothold. */
export type ChangeReading = {
  readonly openings: readonly Opening[];
  /** Changes of the same kind by other people, which were not confirmed as approved. */
  readonly others: number;
};

export function readChanges(
  foothold: Foothold,
  { opening: own, undoing }: FootholdChanges,
  lineage: Lineage,
): ChangeReading {
  const openings = new Map<string, Opening>();
  const others = new Set<string>();
  for (const change of own) {
    for (const meaning of change.meanings) {
      if (!isOf(meaning, foothold) || meaning.effect !== 'opens') continue;
      const by = takenBy(change, meaning, lineage);
      const key = actionKey(change, meaning, lineage);
      if (by !== undefined) {
        const opening = openingOf(change, meaning, by, undoing, lineage);
        openings.set(key, together(opening, openings.get(key)));
      } else if (
        !change.meanings.some((each) => isOf(each, foothold) && each.effect === 'closes')
      ) {
        // Setting a password opens and closes at once.
        others.add(key);
      }
    }
  }
  return { openings: [...openings.values()], others: others.size };
}

function isOf(meaning: Meaning, foothold: Foothold): boolean {
  return meaning.foothold.number === foothold.number;
}

/** Several logs report one change. They share correlation, holder and object. */
function actionKey({ row }: Change, { holder, things }: Meaning, lineage: Lineage): string {
  const { tenant, event, index } = row;
  const { correlationUid } = event;
  if (correlationUid === null) return `entry ${index}`;
  return JSON.stringify([tenant, correlationUid, lineage.partyOf(holder), things]);
}

/** One opening from several records. A reversal of one record is a reversal of all. */
function together(opening: Opening, known: Opening | undefined): Opening {
  if (known === undefined) return opening;
  const entries = [...new Set([...known.entries, ...opening.entries])].sort((a, b) => a - b);
  const isOpen = known.reversal.kind === 'none';
  return { ...known, entries, reversal: isOpen ? opening.reversal : known.reversal };
}

/** The actor's suspicion counts; without an actor, the target's. */
function takenBy(change: Change, meaning: Meaning, lineage: Lineage): Suspicion | undefined {
  const by = lineage.behind(change.act);
  if (by !== undefined || change.act.actor.names.length > 0) return by;
  return lineage.of(meaning.holder);
}

function openingOf(
  change: Change,
  meaning: Meaning,
  { party, taint }: Suspicion,
  undoings: Undoings,
  lineage: Lineage,
): Opening {
  const { row } = change;
  const { foothold, holder, things, what } = meaning;
  const { event, index, entries, tenant } = row;
  const whose = event.targetName ?? event.mailbox ?? event.object ?? event.targetUid;
  const who = event.actorName ?? event.actorUid ?? event.appName ?? 'An unnamed actor';
  const operation = (event.operation ?? 'a change').trim().replace(/\.$/, '');
  const parts = [
    `${who} ran "${operation}"`,
    ...(whose === null ? [] : [`on ${whose}`]),
    ...(what === undefined ? [] : [`(${what.slice(0, 200)})`]),
  ];
  return {
    ...{ entry: index, entries, atMs: event.timeMs, tenant, text: parts.join(' ') },
    ...{ by: taint, party, mailbox: mailboxOf(row) },
    reversal: reversalOf({ foothold, row, holder, things }, undoings, lineage),
  };
}

/** Records of mail rules name the rule. Without another mailbox, it is the actor's own. */
function mailboxOf({ event }: Change['row']): string | null {
  const { mailbox, targetName, object, actorName } = event;
  const isAddress = (text: string | null): boolean => text?.includes('@') === true;
  return [mailbox, targetName, object, actorName].find(isAddress) ?? null;
}
