import assert from 'node:assert/strict';
import { ManualClock, type Random } from '@countersign/core';
import { readWholeLog } from '@countersign/tlog/testing/foreign-reader';
import { readWholeFile } from '../disk/replace-file.ts';
import { layout } from '../folder/folder-layout.ts';
import { fsck } from '../fsck/fsck.ts';
import { Ledger } from '../ledger.ts';
import { LedgerReader } from '../ledger-reader.ts';
import { Crash, type Dice, MemoryDisk } from './memory-disk.ts';
import { numbered } from './numbered-draft.ts';

export const DIR = '/data';

/** Mulberry32: small, seeded, and good enough to choose crash points. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export function randomOf(dice: Dice): Random {
  return {
    fill: (into) => {
      for (let i = 0; i < into.length; i++) into[i] = dice(256);
      return into;
    },
  };
}

/**
 * The required content of a ledger, whatever happens to its disk: every acknowledged record exactly
 * once; every other record at most once.
 */
export class CrashModel {
  readonly disk: MemoryDisk;
  readonly clock: ManualClock = new ManualClock(Date.UTC(2026, 0, 31, 23, 59, 50));
  readonly #dice: Dice;
  /** By number of the record. */
  readonly #acknowledged: Map<number, number> = new Map();
  readonly #tried: Set<number> = new Set();
  readonly #erased: Set<number> = new Set();
  readonly #maybeErased: Set<number> = new Set();
  #ledger: Ledger | undefined;
  #next = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.disk = new MemoryDisk(dice);
  }

  /** Opens, runs some steps, and closes or not. Returns how it ended. */
  async live(steps: number): Promise<'ended' | 'crashed' | 'failed'> {
    try {
      this.#ledger = await this.#open();
      for (let i = 0; i < steps; i++) await this.#step(this.#ledger);
      if (this.#dice(2) === 0) await this.#ledger.close();
      return 'ended';
    } catch (error) {
      if (isCrash(error)) return 'crashed';
      if (isDiskFailure(error)) return 'failed';
      throw error;
    } finally {
      await this.#ledger?.close().catch(() => {});
      this.#ledger = undefined;
    }
  }

  /** After a restart: checks the folder on disk, then the opened ledger. */
  async check(): Promise<void> {
    this.#readAsAStranger();
    const ledger = await this.#open();
    await this.#takeInWhatWasNotAcknowledged(ledger);
    await ledger.publish();
    this.#readAsAStranger();
    await this.#checkBodies(ledger.size);
    await ledger.close();
    assert.equal(this.disk.openFiles, 0, 'every file is closed');
    assert.deepEqual(this.disk.list(layout.staging(DIR)), [], 'no staged file is left');
    assert.deepEqual(this.disk.list(layout.journal(DIR)), [], 'the journal is empty');
    await this.#checkAll();
  }

  #readAsAStranger(): void {
    const read = (path: string): Buffer | undefined =>
      readWholeFile(this.disk, layout.logFile(DIR, path), 2 ** 26);
    if (read('checkpoint') !== undefined) readWholeLog(read);
  }

  #open(): Promise<Ledger> {
    return Ledger.open({
      dir: DIR,
      clock: this.clock,
      random: randomOf(this.#dice),
      files: this.disk,
      integration: 'manual',
    });
  }

  async #step(ledger: Ledger): Promise<void> {
    const kind = this.#dice(10);
    this.clock.advance(this.#dice(4000));
    if (kind < 6) await this.#append(ledger);
    else if (kind < 8) await ledger.publish();
    else if (kind < 9) await this.#erase(ledger);
    else await Promise.all([this.#append(ledger), ledger.publish(), this.#append(ledger)]);
  }

  async #append(ledger: Ledger): Promise<void> {
    const fresh = Array.from({ length: this.#dice(90) }, () => this.#next++);
    const again = Array.from({ length: this.#dice(4) }, () => this.#dice(this.#next + 1));
    const numbers = [...fresh, ...again.filter((number) => number < this.#next)];
    for (const number of numbers) this.#tried.add(number);
    const results = await ledger.append(numbers.map(numbered));
    for (const [i, { index }] of results.entries()) {
      this.#acknowledge(numbers[i] as number, index);
    }
  }

  #acknowledge(number: number, index: number): void {
    const known = this.#acknowledged.get(number);
    assert.ok(known === undefined || known === index, `record ${number} is always entry ${known}`);
    this.#acknowledged.set(number, index);
  }

  async #erase(ledger: Ledger): Promise<void> {
    if (ledger.size === 0) return;
    const indices = Array.from({ length: 1 + this.#dice(5) }, () => this.#dice(ledger.size));
    for (const index of indices) this.#maybeErased.add(index);
    await ledger.rewriteWithout(indices);
    for (const index of indices) this.#erased.add(index);
  }

  async #takeInWhatWasNotAcknowledged(ledger: Ledger): Promise<void> {
    const numbers = [...this.#tried];
    const results = await ledger.append(numbers.map(numbered));
    for (const [i, { index }] of results.entries()) {
      this.#acknowledge(numbers[i] as number, index);
    }
    assert.equal(ledger.size, this.#tried.size, 'every record is there once');
    assert.equal(new Set(this.#acknowledged.values()).size, this.#tried.size);
  }

  async #checkBodies(size: number): Promise<void> {
    const reader = await LedgerReader.open(DIR, { files: this.disk });
    assert.equal(reader.size, size);
    for (const [number, index] of this.#acknowledged) {
      const body = await reader.body(index);
      if (body.kind === 'erased') {
        assert.ok(this.#maybeErased.has(index), `entry ${index} was to be erased`);
      } else {
        assert.ok(!this.#erased.has(index), `entry ${index} is not erased`);
        assert.deepEqual(Buffer.from(body.bytes), numbered(number).body, `body of entry ${index}`);
      }
    }
    reader.close();
  }

  async #checkAll(): Promise<void> {
    const { problems } = await fsck({ dir: DIR, threads: 0, files: this.disk });
    // The model erases without an entry in the log, which is the task of another layer.
    const isUnsaid = (what: string): boolean => what.endsWith('no erasure explains it');
    assert.deepEqual(
      problems.filter(({ what }) => !isUnsaid(what)),
      [],
    );
  }
}

function isCrash(error: unknown): boolean {
  return error instanceof Crash || (error as { cause?: unknown }).cause instanceof Crash;
}

function isDiskFailure(error: unknown): boolean {
  const cause = (error as { cause?: unknown }).cause ?? error;
  return ['ENOSPC', 'EIO'].includes((cause as NodeJS.ErrnoException).code ?? '');
}
