import { setTimeout as pause } from 'node:timers/promises';
import { LedgerReader, parseLeaf } from '@countersign/ledger/reader';
import {
  type FeedKind,
  feedKindOf,
} from '../../../../apps/countersign/src/config/feeds/feed-kind.ts';
import type { FeedRow } from '../../../../apps/countersign/src/feeds/state/feed-row.ts';
import { FeedState } from '../../../../apps/countersign/src/feeds/state/feed-state.ts';
import type { KillTarget } from './kill-target.ts';
import { isSelected } from './target-feeds.ts';

/** Kills should meet deliveries that take milliseconds, and reading takes processor time. */
const REFRESH_EVERY_MS = 50;

/** What each feed has still to deliver by its durable state, while the service runs or not. */
export class DeliveryProgress implements Disposable {
  readonly #reader: LedgerReader;
  readonly #state: FeedState;
  readonly #last = new Map<FeedKind, number>();
  #read = 0;
  #reading: Promise<void> | undefined;

  private constructor(reader: LedgerReader, state: FeedState) {
    this.#reader = reader;
    this.#state = state;
  }

  static async open(dir: string): Promise<DeliveryProgress> {
    const reader = await LedgerReader.open(dir);
    return new DeliveryProgress(reader, FeedState.open(dir, reader.origin));
  }

  /** Reads what was published since the last time. Calls that overlap share one reading. */
  refresh(): Promise<void> {
    this.#reading ??= this.#refresh().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Undefined: no service has started this feed yet. */
  row({ name }: KillTarget): FeedRow | undefined {
    return this.#state.rows().find((row) => row.name === name);
  }

  /** Whether there is an entry for this feed that is not proved to be delivered. */
  isBehind(target: KillTarget): boolean {
    const next = this.row(target)?.next ?? 0;
    return [...this.#last].some(([kind, index]) => isSelected(kind, target) && index >= next);
  }

  async until(isReached: () => boolean): Promise<void> {
    for (;;) {
      await this.refresh();
      if (isReached()) return;
      await pause(REFRESH_EVERY_MS);
    }
  }

  [Symbol.dispose](): void {
    this.#state.close();
    this.#reader.close();
  }

  async #refresh(): Promise<void> {
    await this.#reader.refresh();
    for await (const batch of this.#reader.scan({ from: this.#read })) {
      for (let position = 0; position < batch.count; position++) {
        const index = batch.firstIndex + position;
        this.#last.set(feedKindOf(parseLeaf(batch.leaf(position)).kind), index);
        this.#read = index + 1;
      }
    }
  }
}
