import type { Config } from '../../config/index.ts';
import { type Clock, CountersignError, messageOf, type Random } from '../../core/index.ts';
import type { Wait } from '../../intake/index.ts';
import type { LedgerDesk, Writer } from '../../pipeline/index.ts';
import {
  DIRECTORY_LOOK_MS,
  DOOR_DISK_LOOK_MS,
  DOOR_FREE_DISK_MIN,
  DOOR_POST_EVERY_MS,
} from '../doors/limits.ts';
import { type OpenDoors, openDoors } from '../doors/open.ts';
import type { Tell } from './event.ts';
import { freeShare } from './free-share.ts';

export type DoorRoundOptions = {
  readonly dir: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The policies that come with the program. */
  readonly policies: string;
  readonly writer: Writer;
  readonly desk: LedgerDesk;
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Wait;
  readonly tell: Tell;
};

/** The doors of a server, and what has to be done for them as long as they are open. */
export class DoorRound {
  readonly #options: DoorRoundOptions;
  #doors: OpenDoors | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #stopped: string | undefined;

  constructor(options: DoorRoundOptions) {
    this.#options = options;
  }

  /** Tells where they listen; undefined where the configuration names none. */
  async open(): Promise<string | undefined> {
    const { config, tell } = this.#options;
    const { doors } = config;
    if (doors === undefined) return undefined;
    this.#doors = await openDoors({
      ...this.#options,
      doors,
      alone: (work) => this.#options.desk.exclusively(work),
      stopped: () => this.#look(),
      onFailure: (error) => tell({ event: 'failed', collector: 'doors', because: String(error) }),
    });
    return this.#doors.url;
  }

  /** Posts what was decided and looks at the directory, until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { desk, wait, clock } = this.#options;
    if (this.#doors === undefined) return;
    let lookedMs = clock.monotonic();
    while (!signal.aborted) {
      await desk.post();
      if (clock.monotonic() - lookedMs >= DIRECTORY_LOOK_MS) {
        lookedMs = clock.monotonic();
        await this.#lookAround();
      }
      await wait(DOOR_POST_EVERY_MS, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  }

  async close(): Promise<void> {
    await this.#doors?.close();
  }

  async #lookAround(): Promise<void> {
    try {
      await this.#doors?.look();
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      const because = messageOf(error);
      this.#options.tell({ event: 'problem', collector: 'doors/directory', because });
    }
  }

  /** Collectors leave a tenth of the disk alone, and this much of it is for decisions. */
  #look(): string | undefined {
    const { clock, dir, tell } = this.#options;
    const nowMs = clock.monotonic();
    if (nowMs - this.#lookedMs < DOOR_DISK_LOOK_MS) return this.#stopped;
    this.#lookedMs = nowMs;
    const free = freeShare(dir);
    const isLow = free !== undefined && free < DOOR_FREE_DISK_MIN;
    if (isLow !== (this.#stopped !== undefined)) {
      const freePercent = Math.round((free ?? 0) * 100);
      tell({ event: isLow ? 'doors-shut' : 'doors-open', freePercent });
    }
    this.#stopped = isLow
      ? `less than ${DOOR_FREE_DISK_MIN * 100} % of the disk is free: no decision could be ` +
        'accounted for, so none is given'
      : undefined;
    return this.#stopped;
  }
}
