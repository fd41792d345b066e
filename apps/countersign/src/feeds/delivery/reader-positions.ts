import { setImmediate as nextTurn } from 'node:timers/promises';
import { BUILT_RECORDS_MAX, NEARBY_ENTRIES_MAX, TURNS_YIELDED } from './limits.ts';

/**
 * Lets the readers of one thread catch up with each other, so that they share the records that one
 * of them builds.
 *
 * After a crash, feeds continue at different entries. On a busy machine each would then build every
 * record itself, and none would catch up. So a reader that is a little ahead yields turns of the
 * event loop to the one behind it. An unused turn takes microseconds. So a reader that waits for
 * its receiver does not slow the others.
 */
export class ReaderPositions {
  readonly #readers = new Set<ReaderPosition>();

  /** A reader that continues at this entry. It MUST leave when it ends. */
  join(next: number): ReaderPosition {
    const reader = new ReaderPosition(next, this.#readers);
    this.#readers.add(reader);
    return reader;
  }
}

export class ReaderPosition {
  readonly #readers: Set<ReaderPosition>;
  #next: number;

  constructor(next: number, readers: Set<ReaderPosition>) {
    this.#next = next;
    this.#readers = readers;
  }

  /** Called before the entries from `next` on are built. */
  async moveTo(next: number): Promise<void> {
    this.#next = next;
    for (let turn = 0; turn < TURNS_YIELDED && this.#isAhead(); turn++) await nextTurn();
  }

  leave(): void {
    this.#readers.delete(this);
  }

  /** Of another one that is nearby, and too far behind to use what this one builds. */
  #isAhead(): boolean {
    for (const other of this.#readers) {
      const lead = this.#next - other.#next;
      if (lead > BUILT_RECORDS_MAX && lead <= NEARBY_ENTRIES_MAX) return true;
    }
    return false;
  }
}
