import { statfsSync } from 'node:fs';
import type { Clock } from '@countersign/core';
import type { Sleep } from '@countersign/m365';
import { CommandError } from '../../operations/forwarding/errors.ts';

import { ENDPOINT_DISK_LOOK_MS, ENDPOINT_FREE_DISK_MIN } from '../enforcement/limits.ts';
import type { LogServerEvent, ServeEvent } from './server-event.ts';

/** Below this free share of the disk nothing more is collected: decisions need the rest. */
const FREE_DISK_MIN = 0.1;

/** The share of a disk that is free, 0 to 1; undefined where nobody can tell. */
export type DiskMeter = () => number | undefined;

/** Of the disk that a folder lies on; undefined where the file system does not say. */
export function freeShare(dir: string): number | undefined {
  try {
    const { bavail, blocks } = statfsSync(dir);
    return blocks > 0 ? bavail / blocks : undefined;
  } catch {
    // Then only a full disk tells.
    return undefined;
  }
}

export const USES = ['collecting', 'deciding'] as const;
export type Use = (typeof USES)[number];
type DiskEventName = Extract<ServeEvent, { readonly freePercent: number }>['event'];

type ReservePolicy = {
  /** It stops below this share. */
  readonly min: number;
  readonly events: { readonly stops: DiskEventName; readonly goesOn: DiskEventName };
  readonly because: string;
};

/**
 * What the disk has room for. Decisions are to go on when nothing else does: whatever else writes
 * much stops early, and the doors stop while a denial can still be answered in good order.
 */
const RESERVED: Readonly<Record<Use, ReservePolicy>> = {
  collecting: {
    min: FREE_DISK_MIN,
    events: { stops: 'disk-low', goesOn: 'disk-enough' },
    because:
      `less than ${FREE_DISK_MIN * 100} % of the disk is free, and what is left is for ` +
      'decisions: nothing is collected or imported',
  },
  deciding: {
    min: ENDPOINT_FREE_DISK_MIN,
    events: { stops: 'doors-shut', goesOn: 'doors-open' },
    because:
      `less than ${ENDPOINT_FREE_DISK_MIN * 100} % of the disk is free: no decision could be ` +
      'accounted for, so none is given',
  },
};

export type DiskReserveOptions = {
  readonly free: DiskMeter;
  readonly clock: Clock;
  readonly wait: Sleep;
  readonly tell: LogServerEvent;
};

/** Keeps what is left of the disk for decisions. */
export class DiskReserve {
  readonly #options: DiskReserveOptions;
  readonly #stopped = new Set<Use>();
  #looked: { readonly atMs: number; readonly free: number | undefined } | undefined;

  constructor(options: DiskReserveOptions) {
    this.#options = options;
  }

  /** As of the last look, which is never long ago. */
  get free(): number | undefined {
    const nowMs = this.#options.clock.monotonic();
    if (this.#looked === undefined || nowMs - this.#looked.atMs >= ENDPOINT_DISK_LOOK_MS) {
      this.#looked = { atMs: nowMs, free: this.#options.free() };
    }
    return this.#looked.free;
  }

  /** Why it may not be done now; undefined where there is room, or nobody can tell. */
  stops(use: Use): string | undefined {
    const { free } = this;
    const { min, events, because } = RESERVED[use];
    const isLow = free !== undefined && free < min;
    if (isLow !== this.#stopped.has(use)) {
      if (isLow) this.#stopped.add(use);
      else this.#stopped.delete(use);
      const freePercent = Math.round((free ?? 0) * 100);
      this.#options.tell({ event: isLow ? events.stops : events.goesOn, freePercent });
    }
    return isLow ? because : undefined;
  }

  /** @throws WorkError DISK_LOW where there is no room for work that writes much */
  needRoom(): void {
    if (this.stops('collecting') !== undefined) throw diskLow('nothing was read');
  }

  /**
   * Does work that writes much, with a signal that stops it between two of its batches once there
   * is no more room for it.
   * @throws WorkError DISK_LOW where it was not done to its end for that
   */
  async import<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    wasStopped: (result: T) => boolean,
  ): Promise<T> {
    this.needRoom();
    const [low, over] = [new AbortController(), new AbortController()];
    const watching = this.#watch(low, AbortSignal.any([signal, over.signal]));
    try {
      const result = await work(AbortSignal.any([signal, low.signal]));
      if (low.signal.aborted && wasStopped(result)) throw diskLow(READ_SO_FAR);
      return result;
    } catch (cause) {
      const isStopped = cause instanceof Error && 'code' in cause && cause.code === 'INTERRUPTED';
      if (low.signal.aborted && isStopped) throw diskLow(READ_SO_FAR, cause);
      throw cause;
    } finally {
      over.abort();
      await watching;
    }
  }

  async #watch(low: AbortController, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.stops('collecting') !== undefined) {
        low.abort();
        return;
      }
      await this.#options.wait(IMPORT_DISK_LOOK_MS, signal).catch(() => undefined);
    }
  }
}

const READ_SO_FAR = 'what was read so far is in';

function diskLow(what: string, cause?: unknown): CommandError {
  const text =
    `could not import: ${RESERVED.collecting.because}; ${what}: make room and run the same ` +
    'command again';
  return new CommandError('DISK_LOW', text, { cause });
}

/** While an import runs: what it writes in that time is far less than what is left. */
export const IMPORT_DISK_LOOK_MS = 750;
