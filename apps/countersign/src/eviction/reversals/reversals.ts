import { TENANT_NOT_STATED } from '@countersign/core';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { Change, Meaning } from '../analysis/foothold-changes.ts';
import type { Remainder } from '../footholds/foothold.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { leftOf, shareThings, type Things } from './objects.ts';
import type { FootholdOpening, Undoings } from './reversal-index.ts';

/** A change, by its entry and its time. */
export type ChangeRef = { readonly entry: number; readonly atMs: number };

/** What later changes say of something that was opened. */
export type Reversal =
  /** Nobody took it back, or somebody put it back; what the intruders undo themselves is not. */
  | { readonly kind: 'none'; readonly byThemselves?: ChangeRef; readonly putBack?: ChangeRef }
  /** Somebody took back something that may be this. */
  | ({ readonly kind: 'unsure'; readonly why: string } & ChangeRef)
  | ({
      readonly kind: 'closed';
      readonly entries: readonly number[];
      readonly by: string;
      readonly leaves: readonly Remainder[];
    } & ChangeRef);

export const NOT_REVERSED: Reversal = { kind: 'none' };

const SECOND_MS = 1000;

/**
 * Changes are matched by foothold, holder and thing, and by order: what was done before takes
 * nothing back, in whatever order the records came in.
 */
export function reversalOf(
  opened: FootholdOpening,
  undoings: Undoings,
  lineage: Lineage,
): Reversal {
  const state = new Undoing(opened);
  for (const change of undoings.of(opened)) {
    const order =
      change.row.index === opened.row.index ? 'before' : orderOf(opened.row, change.row);
    if (order === 'before' || !isWithin(opened, change)) continue;
    const own = change.meanings.filter(
      ({ foothold, holder }) =>
        foothold.number === opened.foothold.number && lineage.isSame(holder, opened.holder),
    );
    if (own.length === 0) continue;
    const isTheirs = lineage.behind(change.act) !== undefined;
    const closing = own.find(({ effect }) => effect === 'closes');
    if (closing !== undefined && isTheirs) state.undoneByThemselves(change, closing);
    else if (closing !== undefined) state.reverse(change, closing, order);
    else {
      const back = own.find(
        ({ effect, reinstates }) => effect === 'reopens' || (reinstates && !isTheirs),
      );
      if (back !== undefined) state.reinstate(change, back);
    }
  }
  return state.result();
}

/**
 * An application is one party in every tenant: what it holds in one is not taken back in another.
 * Sessions and passwords end where the account is at home.
 */
function isWithin({ foothold, row }: FootholdOpening, change: Change): boolean {
  if (foothold.special !== undefined) return true;
  const tenants = [row.tenant, change.row.tenant];
  return row.tenant === change.row.tenant || tenants.includes(TENANT_NOT_STATED);
}

/** Whether a record tells of something later than another one: not known within a whole second. */
function orderOf(first: FootholdOpening['row'], other: EventRow): 'after' | 'before' | 'unknown' {
  const [one, two] = [first.event.timeMs, other.event.timeMs];
  const secondOf = (ms: number): number => Math.floor(ms / SECOND_MS);
  const isWhole = one % SECOND_MS === 0 || two % SECOND_MS === 0;
  if (one === two || (isWhole && secondOf(one) === secondOf(two))) return 'unknown';
  return one < two ? 'after' : 'before';
}

type Closing = { readonly change: Change; readonly meaning: Meaning };

class Undoing {
  readonly #opened: FootholdOpening;
  #closings: Closing[] = [];
  #unsure: (ChangeRef & { readonly why: string }) | undefined;
  #byThemselves: ChangeRef | undefined;
  #putBack: ChangeRef | undefined;

  constructor(opened: FootholdOpening) {
    this.#opened = opened;
  }

  reverse(change: Change, meaning: Meaning, order: 'after' | 'unknown'): void {
    const left = leftOf(this.#opened.things, meaning.things);
    if (order === 'unknown') {
      if (left === undefined || left.length === 0) {
        this.#doubt(change, 'which of the two came first in that second is not known');
      }
    } else if (left === undefined) {
      this.#doubt(change, 'the records do not say whether it is about the same');
    } else this.#closings.push({ change, meaning });
  }

  undoneByThemselves(change: Change, meaning: Meaning): void {
    if (leftOf(this.#opened.things, meaning.things)?.length !== 0) return;
    this.#byThemselves = refOf(change);
  }

  /** An account that is back has what it had, but for what was taken from it by itself. */
  reinstate(change: Change, back: Meaning): void {
    const kept = this.#closings.filter(({ meaning: { things } }) =>
      back.things === 'whole' ? things !== 'whole' : !shareThings(things, back.things),
    );
    if (kept.length === this.#closings.length) return;
    this.#closings = kept;
    this.#putBack = refOf(change);
  }

  result(): Reversal {
    if (this.#isAllGone()) {
      const last = this.#closings.at(-1) as Closing;
      const { actorName, actorUid, appName } = last.change.row.event;
      return {
        ...{ kind: 'closed', ...refOf(last.change) },
        entries: this.#closings.map(({ change }) => change.row.index),
        by: actorName ?? appName ?? actorUid ?? 'an account that is not named',
        leaves: last.meaning.leaves,
      };
    }
    if (this.#unsure !== undefined) return { kind: 'unsure', ...this.#unsure };
    return {
      kind: 'none',
      ...(this.#byThemselves !== undefined && { byThemselves: this.#byThemselves }),
      ...(this.#putBack !== undefined && { putBack: this.#putBack }),
    };
  }

  #isAllGone(): boolean {
    let left: Things = this.#opened.things;
    for (const { meaning } of this.#closings) left = leftOf(left, meaning.things) ?? left;
    return this.#closings.length > 0 && left.length === 0;
  }

  #doubt(change: Change, why: string): void {
    this.#unsure = { ...refOf(change), why };
  }
}

function refOf({ row }: Change): ChangeRef {
  return { entry: row.index, atMs: row.event.timeMs };
}
