import { TENANT_NOT_STATED } from '@countersign/core';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { Change, Meaning } from '../analysis/foothold-changes.ts';
import type { Remainder } from '../footholds/foothold.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { leftOf, shareThings, type Things } from './objects.ts';
import type { FootholdOpening, Undoings } from './reversal-index.ts';

/** A change by its entry and time. */
export type ChangeRef = { readonly entry: number; readonly atMs: number };

/** What later changes mean for an opening. */
export type Reversal =
  /** Not reversed, or restored afterwards. The intruders' own reversals do not count. */
  | { readonly kind: 'none'; readonly byThemselves?: ChangeRef; readonly putBack?: ChangeRef }
  /** A reversal of something that may be this. */
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
 * Matches changes by foothold, holder and object, and by time: an earlier change reverses nothing,
 * in any order of records.
 */
export function reversalOf(
  opened: FootholdOpening,
  undoings: Undoings,
  lineage: Lineage,
): Reversal {
  const state = new ReversalTracker(opened);
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
 * A reversal counts only within one tenant, because an application is one party in all of them.
 * Sessions and passwords end in the account's home tenant.
 */
function isWithin({ foothold, row }: FootholdOpening, change: Change): boolean {
  if (foothold.special !== undefined) return true;
  const tenants = [row.tenant, change.row.tenant];
  return row.tenant === change.row.tenant || tenants.includes(TENANT_NOT_STATED);
}

/** Whether another record's event is later. Unknown within a second without milliseconds. */
function orderOf(first: FootholdOpening['row'], other: EventRow): 'after' | 'before' | 'unknown' {
  const [one, two] = [first.event.timeMs, other.event.timeMs];
  const secondOf = (ms: number): number => Math.floor(ms / SECOND_MS);
  const isWhole = one % SECOND_MS === 0 || two % SECOND_MS === 0;
  if (one === two || (isWhole && secondOf(one) === secondOf(two))) return 'unknown';
  return one < two ? 'after' : 'before';
}

type ClosingChange = { readonly change: Change; readonly meaning: Meaning };

class ReversalTracker {
  readonly #opened: FootholdOpening;
  #closings: ClosingChange[] = [];
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
        this.#doubt(change, 'the order of the two in that second is unknown');
      }
    } else if (left === undefined) {
      this.#doubt(change, 'the records do not state whether it concerns the same object');
    } else this.#closings.push({ change, meaning });
  }

  undoneByThemselves(change: Change, meaning: Meaning): void {
    if (leftOf(this.#opened.things, meaning.things)?.length !== 0) return;
    this.#byThemselves = refOf(change);
  }

  /** A restored account has its earlier access, except what was removed separately. */
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
      const last = this.#closings.at(-1) as ClosingChange;
      const { actorName, actorUid, appName } = last.change.row.event;
      return {
        ...{ kind: 'closed', ...refOf(last.change) },
        entries: this.#closings.map(({ change }) => change.row.index),
        by: actorName ?? appName ?? actorUid ?? 'an unnamed account',
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
