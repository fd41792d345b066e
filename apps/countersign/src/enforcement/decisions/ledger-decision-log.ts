import type { RecordDraft } from '@countersign/core';
import type { Ledger } from '@countersign/ledger';
import type { DecisionLog } from '@countersign/policy';

import type { DecisionLogListener } from '../../projection/ledger-writer.ts';
import { projectEntry } from '../../projection/project-entry.ts';
import type { EntryRows } from '../../store/rows/entry-rows.ts';

/** Entries of our own that share a frame: more would only keep the first of them waiting. */
const DRAFTS_PER_GROUP = 1024;

type AppendedDecision = { readonly index: number; readonly facts: EntryRows };

type Waiting = {
  readonly drafts: readonly RecordDraft[];
  readonly resolve: (indices: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Writes decisions into the ledger beside whatever else is being appended. What is handed in while
 * a group is on its way to the disk is the next group: one frame and one sync for all of it. What
 * the entries mean for the books waits here until somebody posts.
 */
export class LedgerDecisionLog implements DecisionLog {
  readonly #ledger: Ledger;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #noted: AppendedDecision[] = [];
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

  /** From now on the ear is told of all that is appended here, as soon as it is durable. */
  listen(listener: DecisionLogListener): void {
    this.#listeners.push(listener);
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
    await this.#group;
    return size;
  }

  /** What the entries of `[from, to)` mean; whatever lies before is posted already. */
  take(from: number, to: number): readonly EntryRows[] {
    const taken = this.#noted.filter(({ index }) => index >= from && index < to);
    this.#noted = this.#noted.filter(({ index }) => index >= to);
    return taken.sort((a, b) => a.index - b.index).map(({ facts }) => facts);
  }

  /** The group that has its places in the ledger, and may be durable before it is noted. */
  #group: Promise<void> | undefined;

  /** Never rejects. */
  async #run(): Promise<void> {
    // One turn, so that what was decided in this one goes together.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      this.#group = this.#write(this.#nextGroup());
      await this.#group;
    }
    this.#group = undefined;
    this.#running = undefined;
  }

  #nextGroup(): readonly Waiting[] {
    let drafts = 0;
    const end = this.#waiting.findIndex((waiting) => {
      drafts += waiting.drafts.length;
      return drafts >= DRAFTS_PER_GROUP;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end + 1);
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const drafts = group.flatMap((waiting) => waiting.drafts);
    try {
      const appended = await this.#ledger.append(drafts);
      for (const [i, { index, duplicate }] of appended.entries()) {
        const draft = drafts[i];
        if (draft === undefined || duplicate === 'duplicate') continue;
        this.#noted.push({ index, facts: projectEntry(index, draft) });
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
