import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type Clock, secretModeProblem } from '@countersign/core';
import { PolicyError } from '@countersign/policy';
import { KeyRing } from './key-ring.ts';

/**
 * Stores the keys of the external method in a file that all nodes share.
 *
 * Any node creates and rolls them. If two roll at once, the later file counts; the lost key had two
 * days left before its first signature.
 */
export class KeyRingFile {
  readonly #file: string;
  readonly #clock: Clock;
  #ring: KeyRing;
  #stamp: string;

  private constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.#stamp = stampOf(file);
    this.#ring = KeyRing.parse(readFileSync(file, 'utf8'), file);
  }

  /** @throws PolicyError KEY_INVALID, and errors of the disk */
  static async open(file: string, clock: Clock): Promise<KeyRingFile> {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) {
      const { text } = await KeyRing.begin(clock.now());
      put(file, text, (made) => linkOnce(made, file));
    }
    const problem = secretModeProblem(statSync(file).mode);
    if (problem !== undefined) {
      const what = `could not use the keys in ${file}: ${problem}; run chmod 600 ${file}`;
      throw new PolicyError('KEY_INVALID', what);
    }
    const keys = new KeyRingFile(file, clock);
    await keys.refresh();
    return keys;
  }

  get ring(): KeyRing {
    return this.#ring;
  }

  /** Loads another node's changes, and rolls keys when due. */
  async refresh(): Promise<void> {
    const stamp = stampOf(this.#file);
    if (stamp !== this.#stamp) {
      this.#ring = KeyRing.parse(readFileSync(this.#file, 'utf8'), this.#file);
      this.#stamp = stamp;
    }
    const rolled = await this.#ring.rolled(this.#clock.now());
    if (rolled === undefined) return;
    put(this.#file, rolled.text, (made) => renameSync(made, this.#file));
    this.#ring = rolled;
    this.#stamp = stampOf(this.#file);
  }
}

/** The file is complete on disk before it gets its name, so no node reads half a file. */
function put(file: string, text: string, name: (made: string) => void): void {
  const made = `${file}.${process.pid}.${randomUUID()}.new`;
  writeFileSync(made, text, { mode: 0o600, flush: true });
  name(made);
}

/** Two nodes that start together must not use two keys: the first file counts. */
function linkOnce(made: string, file: string): void {
  try {
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(made);
  }
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}
