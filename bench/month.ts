import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@countersign/core';
import { fsck, LedgerReader, parseLeaf } from '@countersign/ledger';
import type { Collector, Sleep } from '@countersign/m365';
import type { LedgerSink } from '../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { pollOnce } from '../apps/countersign/src/ingest/collection/poll-once.ts';
import { StoreReader } from '../apps/countersign/src/store/store-reader.ts';
import { withDesk } from '../test/support/collecting.ts';
import { COLLECT, collectorsAt, type TenantAddress } from '../test/support/emulated-collectors.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';
import { fingerprintOf, type MonthAsk, type MonthOrder, type MonthReply } from './month-terms.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 2, 2);
/** In full it takes hours, most of it to make what is collected and to give it out. */
const FORMS = {
  short: { people: 25, diligence: 1, days: 5 },
  long: { people: 10_000, diligence: 0.05, days: 30 },
} as const;
/** Less often than `serve` does: a month of its polls would be most of what is measured. */
const POLL_EVERY_MS = 2 * HOUR_MS;
/** After it nothing goes wrong any more, and what is late comes. */
const AFTER_MS = DAY_MS;
/** No blob is hidden for so long. */
const HIDDEN_MAX_MS = DAY_MS;

const UNITS = {
  month: 'min',
  records: 'in the ledger',
  speed: 'records/s',
  good: '% of the time of a source',
  known: '% late, lost or off',
  withheld: 'records, by the emulator',
  memory: 'MiB',
  emulator: 'MiB',
};

/**
 * A month of a tenant in which everything goes wrong that can, collected by several ways. It counts
 * only if all that was offered is there once, and the archive is sound.
 */
export function run(options: BenchOptions): Promise<Figure[]> {
  const { people: usual, diligence, days } = FORMS[options.form];
  const people = options.size ?? usual;
  const month = { people, diligence, days };
  const measure = (): Promise<Record<keyof typeof UNITS, number>> => measured(options, month);
  const name = `${days} days of ${people} people, all faults`;
  return interleaved([{ name, units: UNITS, measure }], { ...options, runs: 1 });
}

async function measured(
  { folder, form, log }: BenchOptions,
  { people, diligence, days }: { people: number; diligence: number; days: number },
): Promise<Record<keyof typeof UNITS, number>> {
  const dir = join(folder, 'month');
  rmSync(dir, { recursive: true, force: true });
  const began = performance.now();
  const minutes = (): number => (performance.now() - began) / MINUTE_MS;
  await using tenant = await Tenant.start({ people, diligence, startMs: START_MS });
  const { collectors, close } = collectorsAt(tenant.address, tenant, ...WAYS[form]);
  await withDesk(dir, tenant.clock, async (desk) => {
    for (let day = 1; day <= days; day++) {
      await live(tenant, { desk, collectors, untilMs: START_MS + day * DAY_MS });
      await tenant.noteOffered();
      log(`day ${day}: ${tenant.offeredCount} records offered, ${minutes().toFixed(1)} minutes`);
    }
    await tenant.order({ do: 'calm' });
    await live(tenant, { desk, collectors, untilMs: START_MS + days * DAY_MS + AFTER_MS });
  });
  await close();
  const month = minutes();
  const { account } = await tenant.order({ do: 'account' });
  if (account === undefined) throw new Error('the tenant gave no account');
  const { defects, strayed, withheld, memoryBytes } = account;
  const records = await judged(dir, tenant.offered(), { defects, strayed });
  const memory = process.resourceUsage().maxRSS / 1024;
  const states = await statesOf(dir, tenant.clock, days);
  const speed = records / (month * 60);
  const emulator = memoryBytes / 2 ** 20;
  return { month, records, speed, ...states, withheld, memory, emulator };
}

const ACTIVITY = 'activityApi: {root: "MANAGE", requestsPerMinute: 60000}';

/** All there are; of a large tenant sign-ins by the export alone: Graph gives some 500 a second. */
const WAYS: Readonly<Record<BenchOptions['form'], readonly string[]>> = {
  short: [ACTIVITY, COLLECT.graph, COLLECT.storage],
  long: [
    ACTIVITY,
    'graph: {root: "GRAPH", every: 5m, signIns: [], crossCheck: false}',
    COLLECT.storage,
  ],
};

/** A tenant in another process. Its time passes when it is told to, or where somebody waits. */
class Tenant implements AsyncDisposable {
  readonly address: TenantAddress;
  readonly clock: Clock = { now: () => this.#nowMs, monotonic: () => this.#nowMs };
  readonly wait: Sleep = async (ms, signal) => {
    signal?.throwIfAborted();
    await this.pass(this.#nowMs + Math.ceil(ms));
  };
  readonly #child: ReturnType<typeof fork>;
  readonly #replies: PromiseWithResolvers<MonthReply>[] = [];
  readonly #offered: BigUint64Array[] = [];
  readonly #passed = new EventEmitter().setMaxListeners(0);
  #passing: Promise<void> | undefined;
  #wantedMs = 0;
  #nowMs: number;
  #notedMs: number;

  private constructor(child: ReturnType<typeof fork>, { address, nowMs }: MonthReply) {
    if (address === undefined) throw new Error('the tenant did not say where it is');
    this.#child = child;
    this.address = address;
    this.#nowMs = nowMs;
    this.#notedMs = nowMs;
    child.on('message', (reply: MonthReply) => {
      this.#nowMs = Math.max(this.#nowMs, reply.nowMs);
      this.#replies.shift()?.resolve(reply);
    });
    child.on('exit', (code) => {
      for (const { reject } of this.#replies) reject(new Error(`the tenant ended: ${code}`));
    });
  }

  static async start(ask: MonthAsk): Promise<Tenant> {
    const file = join(import.meta.dirname, 'month-process.ts');
    const child = fork(file, [JSON.stringify(ask)], { serialization: 'advanced' });
    const [first] = (await once(child, 'message')) as [MonthReply];
    return new Tenant(child, first);
  }

  order(order: MonthOrder): Promise<MonthReply> {
    const reply = Promise.withResolvers<MonthReply>();
    this.#replies.push(reply);
    this.#child.send(order, (error) => error !== null && reply.reject(error));
    return reply.promise;
  }

  /** By the minute, so that whoever collects meanwhile sees it pass; all who wait, wait at once. */
  async pass(untilMs: number): Promise<void> {
    this.#wantedMs = Math.max(this.#wantedMs, untilMs);
    this.#passing ??= this.#pass().finally(() => {
      this.#passing = undefined;
    });
    while (this.#nowMs < untilMs) await once(this.#passed, 'minute');
  }

  async #pass(): Promise<void> {
    while (this.#nowMs < this.#wantedMs) {
      const ms = Math.min(MINUTE_MS, this.#wantedMs - this.#nowMs);
      await this.order({ do: 'advance', ms });
      this.#passed.emit('minute');
    }
  }

  async noteOffered(): Promise<void> {
    const sinceMs = this.#notedMs - HIDDEN_MAX_MS;
    this.#notedMs = this.#nowMs;
    const { offered = new BigUint64Array() } = await this.order({ do: 'offered', sinceMs });
    this.#offered.push(offered);
  }

  /** Those that were told of on two days count twice. */
  get offeredCount(): number {
    return this.#offered.reduce((sum, { length }) => sum + length, 0);
  }

  /** Sorted, each once or more. */
  offered(): BigUint64Array {
    return joined(this.#offered);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

async function live(
  tenant: Tenant,
  of: {
    readonly desk: LedgerSink;
    readonly collectors: readonly Collector[];
    readonly untilMs: number;
  },
): Promise<void> {
  while (tenant.clock.now() < of.untilMs) {
    // It lives on while it is collected from, as a real one does.
    const passed = tenant.pass(Math.min(tenant.clock.now() + POLL_EVERY_MS, of.untilMs));
    await Promise.all(of.collectors.map((collector) => caughtUp(of.desk, collector)));
    await passed;
  }
}

/** As `serve` does: whoever says that there is more is asked again at once. */
async function caughtUp(desk: LedgerSink, collector: Collector): Promise<void> {
  while ((await pollOnce(desk, collector)).hasMore);
}

/** @throws Error unless all that was offered is there once, and the archive is sound */
async function judged(
  dir: string,
  offered: BigUint64Array,
  wrong: Readonly<Record<string, number>>,
): Promise<number> {
  const { problems } = await fsck({ dir, threads: 1 });
  const batches: BigUint64Array[] = [];
  let records = 0;
  const reader = await LedgerReader.open(dir);
  for await (const batch of reader.scan()) {
    const ids = new BigUint64Array(batch.count);
    let count = 0;
    for (let position = 0; position < batch.count; position++) {
      const { kind, source, id } = parseLeaf(batch.leaf(position));
      if (kind !== 'record') continue;
      records++;
      if (source.startsWith('m365.activity/')) ids[count++] = fingerprintOf(id);
    }
    batches.push(ids.slice(0, count));
  }
  reader.close();
  const there = joined(batches);
  const counts = { ...wrong, problems: problems.length, ...compared(there, offered) };
  if (Object.values(counts).some((count) => count > 0)) throw new Error(JSON.stringify(counts));
  return records;
}

function joined(parts: readonly BigUint64Array[]): BigUint64Array {
  const all = new BigUint64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort();
}

function compared(
  there: BigUint64Array,
  offered: BigUint64Array,
): { readonly twice: number; readonly missing: number } {
  let [twice, missing] = [0, 0];
  for (let at = 1; at < there.length; at++) if (there[at] === there[at - 1]) twice++;
  let at = 0;
  for (const [n, id] of offered.entries()) {
    if (n > 0 && id === offered[n - 1]) continue;
    while (at < there.length && (there[at] as bigint) < id) at++;
    if (there[at] !== id) missing++;
  }
  return { twice, missing };
}

/** Shares of the month, of all sources together. */
async function statesOf(
  dir: string,
  clock: Clock,
  days: number,
): Promise<{ good: number; known: number }> {
  const books = await StoreReader.open(dir, { clock });
  const sums = new Map<string, number>();
  for (const { workload, subject, fromMs, toMs, state } of books.coverage()) {
    if (workload !== null || subject !== null) continue;
    const from = Math.max(fromMs ?? START_MS, START_MS);
    const length = Math.min(toMs ?? Infinity, START_MS + days * DAY_MS) - from;
    if (length > 0) sums.set(state, (sums.get(state) ?? 0) + length);
  }
  books.close();
  const all = [...sums.values()].reduce((sum, ms) => sum + ms, 0);
  const share = (...states: readonly string[]): number =>
    (100 * states.reduce((sum, state) => sum + (sums.get(state) ?? 0), 0)) / all;
  return { good: share('collected', 'corroborated'), known: share('late', 'lost', 'off') };
}
