import type { Accountant } from '../access/index.ts';
import type { Facts } from '../books/index.ts';
import type { RecordDraft } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { factsOf } from './facts.ts';

type Noted = { readonly index: number; readonly facts: Facts };

/**
 * Writes decisions into the ledger beside whatever else is being appended: many at once, which
 * share one sync. What the entries mean for the books waits here until somebody posts.
 */
export class LedgerAccountant implements Accountant {
  readonly #ledger: Ledger;
  readonly #inFlight = new Set<Promise<unknown>>();
  #noted: Noted[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async append(drafts: readonly RecordDraft[]): Promise<readonly number[]> {
    const appending = this.#append(drafts);
    const settled = appending.catch(() => undefined);
    this.#inFlight.add(settled);
    try {
      return await appending;
    } finally {
      this.#inFlight.delete(settled);
    }
  }

  /** Whether something was written that nobody has posted. */
  get isBehind(): boolean {
    return this.#noted.length > 0;
  }

  /**
   * How far the ledger is durable, with everything up to there that was appended here noted:
   * beyond a size that was merely read, facts could be on their way, and would be passed over.
   */
  async settledSize(): Promise<number> {
    const { size } = this.#ledger;
    await Promise.all(this.#inFlight);
    return size;
  }

  /** What the entries of `[from, to)` mean; whatever lies before is posted already. */
  take(from: number, to: number): readonly Facts[] {
    const taken = this.#noted.filter(({ index }) => index >= from && index < to);
    this.#noted = this.#noted.filter(({ index }) => index >= to);
    return taken.sort((a, b) => a.index - b.index).map(({ facts }) => facts);
  }

  async #append(drafts: readonly RecordDraft[]): Promise<readonly number[]> {
    const appended = await this.#ledger.append(drafts);
    for (const [i, { index, duplicate }] of appended.entries()) {
      const draft = drafts[i];
      if (draft === undefined || duplicate === 'duplicate') continue;
      this.#noted.push({ index, facts: factsOf(index, draft) });
    }
    return appended.map(({ index }) => index);
  }
}
