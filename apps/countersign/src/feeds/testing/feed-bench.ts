import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualClock, PooledRandom, systemRandom } from '@countersign/core';
import type { FeedCommon } from '../../config/feeds/feed-common.ts';
import {
  type FeedEvent,
  FeedRunner,
  type FeedRunnerOptions,
  type RecordSource,
} from '../delivery/feed-runner.ts';
import { RecordSelection, type Redact } from '../delivery/record-selection.ts';
import { BACKOFF_SCHEDULE } from '../delivery/retry-schedule.ts';
import type { Delivery, SendResult, Sink } from '../delivery/sink.ts';
import type { FeedRecord } from '../feed-record.ts';
import type { FeedRow } from '../state/feed-row.ts';
import { FeedState } from '../state/feed-state.ts';

export const BENCH_ORIGIN = 'northmoor.example/ledger';
export const BENCH_AT = '2026-03-02T09:00:00Z';

/** A record of an event, as the feed builder makes it. */
export function eventAt(index: number, members: Partial<FeedRecord> = {}): Delivery {
  const id = `${BENCH_ORIGIN}#${index}`;
  const times = { at: BENCH_AT, seen: BENCH_AT };
  const body = { class_uid: 3002, severity_id: 1 };
  return { index, kind: 'event', id, ...times, tenant: '-', body, ...members } as Delivery;
}

/** A receiver in memory that obeys the contract of sinks, and fails as a test defines. */
export class MemorySink implements Sink {
  readonly proof = 'accepted';
  batchMax: Sink['batchMax'] = { records: 10, bytes: Infinity };
  batchesInFlightMax = 1;
  readonly received: number[] = [];
  sends = 0;
  /** Called before a batch is received. It may throw. */
  answer: (records: readonly Delivery[], signal: AbortSignal) => Promise<SendResult | undefined> =
    async () => undefined;

  async send(records: readonly Delivery[], signal: AbortSignal): Promise<SendResult> {
    this.sends++;
    const result = (await this.answer(records, signal)) ?? { refused: [] };
    const refused = new Set(result.refused.map(({ index }) => index));
    const accepted = records.filter(({ index }) => !refused.has(index));
    this.received.push(...accepted.map(({ index }) => index));
    return result;
  }

  async close(): Promise<void> {}
}

/** A runner over records in memory and a real file of positions, in virtual time. */
export class FeedBench implements Disposable {
  readonly clock: ManualClock = new ManualClock(Date.parse(BENCH_AT));
  readonly events: FeedEvent[] = [];
  readonly sink: MemorySink = new MemorySink();
  readonly state: FeedState;
  /** Ends the run. */
  stop: AbortController = new AbortController();
  /** Virtual time passes at least this fast while a runner waits. */
  waitMsMin = 0;
  readonly #dir: string;
  ledger: FeedRecord[];

  constructor(entries: number) {
    this.#dir = mkdtempSync(join(tmpdir(), 'countersign-feed-'));
    this.state = FeedState.open(this.#dir, BENCH_ORIGIN);
    this.ledger = Array.from({ length: entries }, (_, index) => eventAt(index));
    this.state.ensure({ name: 'soc', kind: 'webhook' }, { next: 0, atMs: this.clock.now() });
  }

  get row(): FeedRow {
    return this.state.row('soc');
  }

  get said(): string[] {
    return this.events.map(({ what, because }) => `${what}: ${because}`);
  }

  /** Runs until `isDone`, which is asked whenever virtual time passes. */
  async run(
    isDone: () => boolean,
    options: Partial<FeedRunnerOptions> & {
      readonly feed?: Partial<FeedCommon>;
      readonly redact?: Redact;
    } = {},
  ): Promise<void> {
    const { feed = {}, redact = (record: Delivery) => record, ...others } = options;
    this.stop = new AbortController();
    const { signal } = this.stop;
    const runner = new FeedRunner({
      name: 'soc',
      selection: new RecordSelection({ kinds: ['event', 'finding'], ...feed }, redact),
      records: this.#records,
      open: async () => this.sink,
      state: this.state,
      schedule: BACKOFF_SCHEDULE,
      clock: this.clock,
      random: new PooledRandom(systemRandom),
      wait: async (ms, stopped) => {
        await nextTurn();
        stopped?.throwIfAborted();
        this.clock.advance(Math.max(ms, this.waitMsMin));
        if (isDone()) this.stop.abort();
      },
      tell: (event) => this.events.push(event),
      ...others,
    });
    await runner.run(signal);
  }

  [Symbol.dispose](): void {
    this.state.close();
    rmSync(this.#dir, { recursive: true });
  }

  /** As `tailLedger` does: a mark at the end, and then whatever was added. */
  readonly #records: RecordSource = (options) => this.#tail(options);

  async *#tail({ from, kinds, wait }: Parameters<RecordSource>[0]): AsyncGenerator<FeedRecord> {
    let next = from;
    for (;;) {
      for (; next < this.ledger.length; next++) {
        const record = this.ledger[next] as Delivery;
        if (kinds.has('of' in record ? record.of : record.kind)) yield record;
      }
      if (next > 0) yield { index: next - 1, kind: 'mark', at: BENCH_AT };
      if ((await wait()) === 'end') return;
    }
  }
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
