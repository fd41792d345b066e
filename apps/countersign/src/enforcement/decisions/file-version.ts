import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/**
 * Detects cheaply whether a file has changed.
 *
 * A change of the same length within one tick of the file system's clock leaves `stat` unchanged.
 * So this class hashes the file again after that tick.
 */
export class FileVersion {
  readonly #file: string;
  readonly #stamp: string;
  readonly #digest: string;
  /** The end of that tick by this process's clock, because a file server's clock may differ. */
  #tickEndMs: number;

  private constructor(file: string, nowMs: number) {
    this.#file = file;
    // Take the stamp first. A later change then shows in the stamp or the digest.
    this.#stamp = FileVersion.stamp(file);
    this.#digest = digestOf(file);
    this.#tickEndMs = nowMs + FILE_TICK_MS_MAX;
  }

  /** @param nowMs from a monotonic clock */
  static of(file: string, nowMs: number): FileVersion {
    return new FileVersion(file, nowMs);
  }

  static stamp(file: string): string {
    const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
    return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
  }

  isUnchanged(stamp: string, nowMs: number): boolean {
    if (stamp !== this.#stamp) return false;
    if (nowMs < this.#tickEndMs) return true;
    if (digestOf(this.#file) !== this.#digest) return false;
    this.#tickEndMs = Number.POSITIVE_INFINITY;
    return true;
  }
}

/** Empty if the file is missing or unreadable. Its reader reports why. */
function digestOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return '';
  }
}

/** FAT timestamps have a resolution of two seconds; NFS and older file systems, one second. */
export const FILE_TICK_MS_MAX = 2_500;
