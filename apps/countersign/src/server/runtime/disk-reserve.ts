import { statfsSync } from 'node:fs';
import type { Clock } from '@countersign/core';
import type { Sleep } from '@countersign/m365';
import { CommandError } from '../../operations/forwarding/errors.ts';

import { ENDPOINT_DISK_CHECK_MS, ENDPOINT_FREE_DISK_MIN } from '../enforcement/limits.ts';
import type { LogServerEvent, ServeEvent } from './server-event.ts';

/** Below this free share of the disk collection stops, because decisions need the rest. */
const FREE_DISK_MIN = 0.1;

/** The free share of a disk, 0 to 1; undefined if unknown. */
export type DiskMeter = () => number | undefined;

/** The free share of the disk that holds `dir`; undefined if the file system does not report it. */
export function freeShare(dir: string): number | undefined {
  try {
    const { bavail, blocks } = statfsSync(dir);
    return blocks > 0 ? bavail / blocks : undefined;
  } catch {
    // Unknown: then only a write error shows a full disk.
    return undefined;
  }
}

export const USES = ['collecting', 'deciding'] as const;
export type Use = (typeof USES)[number];
type DiskEventName = Extract<ServeEvent, { readonly freePercent: number }>['event'];

type ReservePolicy = {
  /** The use stops below this free share. */
  readonly min: number;
  readonly events: { readonly stops: DiskEventName; readonly goesOn: DiskEventName };
  readonly because: string;
};

/**
 * Free shares that each use needs. Decisions must outlast everything else: other writers stop
 * early, and the enforcement points stop while a denial can still be recorded.
 */
const RESERVED: Readonly<Record<Use, ReservePolicy>> = {
  collecting: {
    min: FREE_DISK_MIN,
    events: { stops: 'disk-low', goesOn: 'disk-enough' },
    because:
      `less than ${FREE_DISK_MIN * 100} % of the disk is free, and the rest is reserved for ` +
      'decisions, so nothing is collected or imported',
  },
  deciding: {
    min: ENDPOINT_FREE_DISK_MIN,
    events: { stops: 'enforcement-stopped', goesOn: 'enforcement-resumed' },
    because:
      `less than ${ENDPOINT_FREE_DISK_MIN * 100} % of the disk is free: decisions cannot be ` +
      'recorded, so none is made',
  },
};

export type DiskReserveOptions = {
  readonly free: DiskMeter;
  readonly clock: Clock;
  readonly wait: Sleep;
  readonly tell: LogServerEvent;
};

/** Reserves the remaining disk for decisions. */
export class DiskReserve {
  readonly #options: DiskReserveOptions;
  readonly #stopped = new Set<Use>();
  #looked: { readonly atMs: number; readonly free: number | undefined } | undefined;

  constructor(options: DiskReserveOptions) {
    this.#options = options;
  }

  /** As of the last check, which is recent. */
  get free(): number | undefined {
    const nowMs = this.#options.clock.monotonic();
    if (this.#looked === undefined || nowMs - this.#looked.atMs >= ENDPOINT_DISK_CHECK_MS) {
      this.#looked = { atMs: nowMs, free: this.#options.free() };
    }
    return this.#looked.free;
  }

  /** Why the use must stop now; undefined if there is room or the free share is unknown. */
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

  /** @throws CommandError DISK_LOW if there is no room for bulk writes */
  needRoom(): void {
    if (this.stops('collecting') !== undefined) throw diskLow('nothing was read');
  }

  /**
   * Runs work that writes much. Its signal stops it between two batches once the disk is low.
   * @throws CommandError DISK_LOW if the work stopped early for that reason
   */
  async import<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    wasStopped: (result: T) => boolean,
  ): Promise<T> {
    this.needRoom();
    const [low, over] = [new AbortController(), new AbortController()];
    const stopping = this.#stopOnLowDisk(low, AbortSignal.any([signal, over.signal]));
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
      await stopping;
    }
  }

  async #stopOnLowDisk(low: AbortController, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.stops('collecting') !== undefined) {
        low.abort();
        return;
      }
      await this.#options.wait(IMPORT_DISK_CHECK_MS, signal).catch(() => undefined);
    }
  }
}

const READ_SO_FAR = 'the records read so far are in the ledger';

function diskLow(what: string, cause?: unknown): CommandError {
  const text =
    `could not import: ${RESERVED.collecting.because}; ${what}. Free space and run the same ` +
    'command again';
  return new CommandError('DISK_LOW', text, { cause });
}

/** Interval during an import. It writes far less than the reserve in that time. */
export const IMPORT_DISK_CHECK_MS = 750;
