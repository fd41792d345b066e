import { messageOf } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { type Failure, type FailureReport, failedDraft, failureOf } from '../findings/failure.ts';
import type { DetectorResult } from './detector-result.ts';
import { SKIPPED_ENTRIES_MAX } from './limits.ts';

/** A rule or detector that can fail separately. `id` null: the whole detector. */
export type Unit = { readonly id: string | null; readonly title: string };

/** Reads what the unit reads, and throws if the unit would. */
type Probe = (store: StoreReader) => unknown;

export type IsolationOptions = {
  readonly detector: string;
  readonly store: StoreReader;
  readonly ledger: LedgerReader;
  readonly fromIndex: number;
  /** Open findings about failures of this detector. */
  readonly known: readonly StoredFinding[];
  /** Whether earlier failures get another try. */
  readonly retries: boolean;
  readonly isStopped: () => boolean;
};

type UnitState = {
  readonly title: string;
  readonly skipped: Set<number>;
  /** Entries that failed before and are read again now. */
  readonly retried: Set<number>;
  isBroken: boolean;
  isSuspect: boolean;
};

/**
 * Keeps one record from blinding a detector, and one detector from silencing others, for one run.
 *
 * A unit that throws runs again without the offending entry, which bisection finds. A unit that
 * throws on any input does not run.
 */
export class Isolation {
  readonly #options: IsolationOptions;
  readonly #units = new Map<string | null, UnitState>();
  readonly #found: (Failure & { readonly title: string; readonly because: string })[] = [];

  constructor(options: IsolationOptions) {
    this.#options = options;
    for (const { unit, entry } of this.#known()) {
      const state = this.#stateOf({ id: unit, title: '' });
      if (entry === null) state.isBroken = !options.retries;
      else (options.retries ? state.retried : state.skipped).add(entry);
    }
  }

  /** Units that get another try, so that everything they read needs evaluation. */
  get retried(): readonly string[] {
    if (!this.#options.retries) return [];
    return [...new Set(this.#known().flatMap(({ unit }) => unit ?? []))];
  }

  /** Undefined if the unit does not run because it throws on any input. */
  async attempt<T>(
    unit: Unit,
    work: (store: StoreReader) => T | Promise<T>,
  ): Promise<{ readonly value: T } | undefined> {
    for (;;) {
      const store = this.view(unit);
      if (store === undefined) return undefined;
      try {
        return { value: await work(store) };
      } catch (error) {
        await this.blame(unit, error, work);
      }
    }
  }

  /** The store as the unit may see it; undefined if it does not run. */
  view(unit: Unit): StoreReader | undefined {
    const { skipped, isBroken } = this.#stateOf(unit);
    if (isBroken) return undefined;
    const { store } = this.#options;
    return skipped.size === 0 ? store : store.without({ entries: skipped, from: Infinity });
  }

  /** Finds the entry that causes the error, so that {@link view} hides it. */
  async blame(unit: Unit, error: unknown, probe: Probe): Promise<void> {
    if (this.#options.isStopped()) throw error;
    const state = this.#stateOf(unit);
    if (state.retried.size > 0) {
      // It still fails, so it skips all of them again.
      for (const entry of state.retried) state.skipped.add(entry);
      state.retried.clear();
      return;
    }
    const entry = await this.#entryOf(state, error, probe);
    if (entry === 'none' && !state.isSuspect) {
      // It does not throw the second time, so the cause was something else.
      state.isSuspect = true;
      return;
    }
    const failed = typeof entry === 'number' ? entry : null;
    if (failed === null) state.isBroken = true;
    else state.skipped.add(failed);
    const { detector } = this.#options;
    const { id, title } = unit;
    this.#found.push({ detector, unit: id, entry: failed, title, because: messageOf(error) });
  }

  /** Findings about new failures, and the withdrawal of those that are over. */
  async result(): Promise<DetectorResult> {
    const reports = this.#found.map(async (failure): Promise<FailureReport> => {
      const { ledger, fromIndex } = this.#options;
      const from = failure.entry ?? Math.min(fromIndex, ledger.size - 1);
      const { leaf } = await ledger.leaf(from);
      return { ...failure, from, seenMs: Date.parse(leaf.seen), atMs: Date.parse(leaf.at) };
    });
    const drafts = (await Promise.all(reports)).map(failedDraft);
    return { drafts, covers: [], takenBack: this.#over(), isOfRunner: true };
  }

  get failures(): readonly string[] {
    return this.#found.map(({ title, entry, because }) => {
      const where = entry === null ? 'and does not run' : `on entry ${entry} and skips it`;
      return `"${title}" failed ${where}: ${because}`;
    });
  }

  /** Failures that got another try and did not recur. */
  #over(): string[] {
    if (!this.#options.retries) return [];
    return this.#options.known.flatMap(({ uid, draft }) => {
      const failure = failureOf(draft);
      if (failure === undefined) return [];
      const state = this.#units.get(failure.unit);
      const isOver =
        failure.entry === null ? state?.isBroken !== true : !state?.skipped.has(failure.entry);
      return isOver ? [uid] : [];
    });
  }

  #known(): Failure[] {
    return this.#options.known.flatMap(({ draft }) => failureOf(draft) ?? []);
  }

  #stateOf({ id, title }: Unit): UnitState {
    let state = this.#units.get(id);
    if (state === undefined) {
      const none = { skipped: new Set<number>(), retried: new Set<number>() };
      state = { title, ...none, isBroken: false, isSuspect: false };
      this.#units.set(id, state);
    }
    return state;
  }

  /** `all`: it throws on any input, or no single entry is the cause. `none`: it does not throw. */
  async #entryOf(
    { skipped }: UnitState,
    error: unknown,
    probe: Probe,
  ): Promise<number | 'all' | 'none'> {
    if (OF_THE_MACHINE.test(messageOf(error)) || skipped.size >= SKIPPED_ENTRIES_MAX) return 'all';
    const { store, isStopped } = this.#options;
    const throwsBelow = async (from: number): Promise<boolean> => {
      try {
        await probe(store.without({ entries: skipped, from }));
        return false;
      } catch (thrown) {
        if (isStopped()) throw thrown;
        return true;
      }
    };
    let [good, bad] = [0, store.cursor];
    if (!(await throwsBelow(bad))) return 'none';
    if (await throwsBelow(good)) return 'all';
    while (bad - good > 1) {
      const middle = Math.floor((good + bad) / 2);
      if (await throwsBelow(middle)) bad = middle;
      else good = middle;
    }
    return good;
  }
}

/** Failures of the machine, which no record causes and no skipping cures. */
const OF_THE_MACHINE = /out of memory|ENOSPC|ENOMEM|EMFILE|EIO\b|no space left|EROFS/i;
