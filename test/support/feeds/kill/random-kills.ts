import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { instantOfMs, systemClock } from '@countersign/core';
import type { SeededRandom } from '../../../../tools/sample/random.ts';
import type { ServerProcess } from '../../server-process.ts';
import type { BusyService } from './busy-service.ts';
import type { DeliveryProgress } from './delivery-progress.ts';
import type { KillTarget } from './kill-target.ts';

/** The service lives for so many answers, so that a slow machine kills as much as a fast one. */
const PERMITS_PER_LIFE_MAX = 8;
/** And until so many receivers were killed, or for this long: their feeds may have no news. */
const RECEIVERS_MS_MAX = 25_000;
/** Then deliveries are on their way for about this long. */
const LINGER_MS_MAX = 2500;
/** A receiver lives this long before the next kill, and stays down this long. */
const UP_MS_MAX = 1000;
const DOWN_MS_MAX = 1500;
/** The time from the moment that a feed has something to deliver until the kill. */
const DELIVERING_MS_MAX = 300;
const PROGRESS_EVERY_MS = 60_000;

/**
 * Kills of one kind that one feed lived through. A kill of the service is `effective` if an entry
 * for this feed was not proved to be delivered, while its receiver was up. A kill of the receiver
 * is effective if the feed failed because of it. Others hit nothing.
 */
export type KillCount = { all: number; effective: number };

export type TargetKills = { readonly service: KillCount; readonly receiver: KillCount };

export type RandomKillsOptions = {
  readonly targets: readonly KillTarget[];
  readonly random: SeededRandom;
  readonly progress: DeliveryProgress;
  readonly clients: BusyService;
  readonly start: () => Promise<ServerProcess>;
  /** Effective kills of the service and of the receiver that each feed should get. */
  readonly wanted: number;
  /** It ends then, whatever it has. */
  readonly untilMs: number;
  readonly report: (line: string) => void;
};

/** Kills the service, and each receiver, at random moments, independently of each other. */
export class RandomKills {
  readonly kills: ReadonlyMap<KillTarget, TargetKills>;
  readonly #options: RandomKillsOptions;
  readonly #down = new Set<KillTarget>();
  readonly #killedMs = new Map<KillTarget, number>();
  #servingSinceMs: number | undefined;
  #reportedMs = -Infinity;

  constructor(options: RandomKillsOptions) {
    const none = (): KillCount => ({ all: 0, effective: 0 });
    this.#options = options;
    this.kills = new Map(
      options.targets.map((each) => [each, { service: none(), receiver: none() }]),
    );
  }

  /** Resolves when all feeds got all kills, or the time is over. Every receiver is up then. */
  async run(): Promise<void> {
    const ended = new AbortController();
    const receivers = this.#options.targets.map((target) => this.#killReceiver(target));
    // A receiver that cannot start again ends the test, and not only its own loop.
    const failed = Promise.all(receivers).catch((error: unknown) => ended.abort(error));
    while (!this.#isOver && !ended.signal.aborted) {
      await this.#liveOnce();
      this.#report();
    }
    await failed;
    ended.signal.throwIfAborted();
  }

  #wasKilled(target: KillTarget, sinceMs: number): boolean {
    const isDone = (this.kills.get(target)?.receiver.effective ?? 0) >= this.#options.wanted;
    return isDone || (this.#killedMs.get(target) ?? 0) > sinceMs;
  }

  get #isOver(): boolean {
    const { wanted, untilMs } = this.#options;
    if (systemClock.now() >= untilMs) return true;
    return [...this.kills].every(([{ kill }, { service, receiver }]) => {
      const ofReceiver = kill === undefined ? wanted : receiver.effective;
      return Math.min(service.effective, ofReceiver) >= wanted;
    });
  }

  async #liveOnce(): Promise<void> {
    const { targets, random, progress, clients, start } = this.#options;
    const before = new Map(targets.map((target) => [target, progress.row(target)?.next ?? 0]));
    const serving = await start();
    const startedMs = systemClock.now();
    let isEnding = false;
    const using = clients.use(serving, () => isEnding);
    this.#servingSinceMs = startedMs;
    const mortal = targets.filter(({ kill }) => kill !== undefined);
    const killedMin = random.between(0, mortal.length);
    await clients.progress({ permits: random.between(1, PERMITS_PER_LIFE_MAX), marks: 1 });
    await progress.until(() => {
      const killed = mortal.filter((each) => this.#wasKilled(each, startedMs));
      return killed.length >= killedMin || systemClock.now() > startedMs + RECEIVERS_MS_MAX;
    });
    const metrics = await (await serving.get('/metrics')).text();
    await pause(random.next() * LINGER_MS_MAX);
    const up = targets.filter((target) => !this.#down.has(target));
    this.#servingSinceMs = undefined;
    await serving.end('SIGKILL');
    isEnding = true;
    await using;
    await progress.refresh();
    for (const target of targets) {
      const count = this.kills.get(target)?.service;
      assert.ok(count);
      count.all++;
      if (up.includes(target) && progress.isBehind(target)) count.effective++;
      this.#checkPosition(target, before.get(target) ?? 0, metrics);
    }
  }

  /** The position in the metrics lies between what was durable before and what is durable now. */
  #checkPosition(target: KillTarget, before: number, metrics: string): void {
    const { name, order, items } = target;
    const pattern = new RegExp(`^countersign_feed_position\\{sink="${name}"[^}]*\\} (\\d+)$`, 'm');
    const [, text] = pattern.exec(metrics) ?? [];
    // The service has not reported yet.
    if (text === undefined) return;
    const after = this.#options.progress.row(target)?.next ?? 0;
    const said = `${name}: ${before} before, ${text} in the metrics, ${after} after the kill`;
    assert.ok(Number(text) <= after || name === 'syslog', said);
    // Syslog proves nothing: a broken connection moves the position back.
    assert.ok(Number(text) >= before || name === 'syslog', `${said} (${order}, ${items})`);
  }

  /**
   * While its feed delivers. Between two kills, it lives through a kill of the service: a broker
   * takes long to start.
   */
  #isKillable(target: KillTarget): boolean {
    const { wanted, progress } = this.#options;
    const { service, receiver } = this.kills.get(target) ?? {};
    if (service === undefined || receiver === undefined) return false;
    const sinceMs = this.#servingSinceMs ?? Infinity;
    const isDelivering = (progress.row(target)?.deliveredMs ?? 0) > sinceMs;
    const isTurn = service.effective > receiver.effective || service.effective >= wanted;
    return isTurn && isDelivering;
  }

  async #killReceiver(target: KillTarget): Promise<void> {
    const { random, progress, wanted } = this.#options;
    const { kill, restart } = target;
    const count = this.kills.get(target)?.receiver;
    if (kill === undefined || restart === undefined || count === undefined) return;
    while (!this.#isOver && count.effective < wanted) {
      await pause(random.next() * UP_MS_MAX);
      await progress.until(() => this.#isOver || this.#isKillable(target));
      await pause(random.next() * DELIVERING_MS_MAX);
      if (this.#isOver) return;
      const killedMs = systemClock.now();
      this.#down.add(target);
      this.#killedMs.set(target, killedMs);
      await kill();
      count.all++;
      await pause(random.next() * DOWN_MS_MAX);
      await restart();
      this.#down.delete(target);
      const backMs = systemClock.now();
      const sinceMs = (of: 'lastErrorMs' | 'deliveredMs'): number =>
        progress.row(target)?.[of] ?? 0;
      const hasFailed = (): boolean => sinceMs('lastErrorMs') > killedMs;
      await progress.until(() => this.#isOver || hasFailed() || sinceMs('deliveredMs') > backMs);
      if (hasFailed()) count.effective++;
    }
  }

  #report(): void {
    if (systemClock.now() - this.#reportedMs < PROGRESS_EVERY_MS) return;
    this.#reportedMs = systemClock.now();
    const each = [...this.kills].map(([{ name }, { service, receiver }]) => {
      return `${name} ${service.effective}/${receiver.effective}`;
    });
    this.#options.report(`${instantOfMs(systemClock.now())} ${each.join(', ')}`);
  }
}
