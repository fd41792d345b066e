import type { RecordDraft } from '@countersign/core';
import type { Ledger } from '@countersign/ledger';
import type { DecisionLog } from '@countersign/policy';
import type { OwnEntry } from '../../projection/decision-poster.ts';
import type { DecisionLogListener } from '../../projection/ledger-writer.ts';

/** Own entries per frame. More would only delay the first of them. */
const DRAFTS_PER_GROUP = 1024;

type PendingAppend = {
  readonly drafts: readonly RecordDraft[];
  readonly resolve: (indices: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Writes decisions to the ledger beside other appends.
 *
 * Decisions that arrive during a disk sync form the next group: one frame and one sync for all.
 * They wait here until a caller posts them to the store.
 */
export class LedgerDecisionLog implements DecisionLog {
  readonly #ledger: Ledger;
  #waiting: PendingAppend[] = [];
  #running: Promise<void> | undefined;
  #noted: OwnEntry[] = [];
  #listeners: DecisionLogListener[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  append(drafts: readonly RecordDraft[]): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ drafts, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Calls the listener with each entry appended here, once it is durable. */
  listen(listener: DecisionLogListener): void {
    this.#listeners.push(listener);
  }

  /** Whether entries were written that are not in the store yet. */
  get isBehind(): boolean {
    return this.#noted.length > 0;
  }

  /**
   * The durable size of the ledger after all entries up to it were noted. A plain size could pass
   * entries that are still in progress.
   */
  async settledSize(): Promise<number> {
    const { size } = this.#ledger;
    await this.#group;
    return size;
  }

  /** The entries `[from, to)` that wait, in order. Everything before was posted already. */
  waiting(from: number, to: number): readonly OwnEntry[] {
    const found = this.#noted.filter(({ index }) => index >= from && index < to);
    return found.sort((a, b) => a.index - b.index);
  }

  /** MUST follow once the entries below `to` are posted: after a failure they are posted again. */
  forget(to: number): void {
    this.#noted = this.#noted.filter(({ index }) => index >= to);
  }

  /** The group with assigned indices, which may be durable before its entries are noted. */
  #group: Promise<void> | undefined;

  /** Never rejects. */
  async #run(): Promise<void> {
    // Wait for one turn, so that decisions of this turn share a group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      this.#group = this.#write(this.#nextGroup());
      await this.#group;
    }
    this.#group = undefined;
    this.#running = undefined;
  }

  #nextGroup(): readonly PendingAppend[] {
    let drafts = 0;
    const end = this.#waiting.findIndex((waiting) => {
      drafts += waiting.drafts.length;
      return drafts >= DRAFTS_PER_GROUP;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end + 1);
  }

  async #write(group: readonly PendingAppend[]): Promise<void> {
    const drafts = group.flatMap((waiting) => waiting.drafts);
    try {
      const appended = await this.#ledger.append(drafts);
      for (const [i, { index, duplicate }] of appended.entries()) {
        const draft = drafts[i];
        if (draft === undefined || duplicate === 'duplicate') continue;
        const { kind, at, body } = draft;
        this.#noted.push({ index, kind, at, body });
      }
      for (const listener of this.#listeners) listener(drafts);
      let at = 0;
      for (const waiting of group) {
        const mine = appended.slice(at, at + waiting.drafts.length);
        at += waiting.drafts.length;
        waiting.resolve(mine.map(({ index }) => index));
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
