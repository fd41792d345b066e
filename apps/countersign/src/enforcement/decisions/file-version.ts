import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/**
 * How a file was at a moment, to tell cheaply whether it is so still. A change of the same length
 * in the same tick of the file system's clock leaves what `stat` says as it was: a file is hashed
 * once more when that tick is over for certain.
 */
export class FileVersion {
  readonly #file: string;
  readonly #stamp: string;
  readonly #digest: string;
  /** Of this process's own clock: that of a file server may be another. */
  #untilMs: number;

  private constructor(file: string, nowMs: number) {
    this.#file = file;
    // The stamp first: what changes after it is another stamp, or another digest.
    this.#stamp = FileVersion.stamp(file);
    this.#digest = digestOf(file);
    this.#untilMs = nowMs + FILE_TICK_MS_MAX;
  }

  /** `nowMs`: of a clock that only goes on. */
  static of(file: string, nowMs: number): FileVersion {
    return new FileVersion(file, nowMs);
  }

  static stamp(file: string): string {
    const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
    return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
  }

  isStill(stamp: string, nowMs: number): boolean {
    if (stamp !== this.#stamp) return false;
    if (nowMs < this.#untilMs) return true;
    if (digestOf(this.#file) !== this.#digest) return false;
    this.#untilMs = Number.POSITIVE_INFINITY;
    return true;
  }
}

/** Empty where it is not there or cannot be read: who reads it is told why. */
function digestOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return '';
  }
}

/** FAT counts in two seconds; NFS and older file systems in one. */
export const FILE_TICK_MS_MAX = 2_500;
