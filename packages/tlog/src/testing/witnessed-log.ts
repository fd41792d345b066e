import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCheckpoint } from '../log/checkpoint.ts';
import { leafHash } from '../merkle/merkle-hash.ts';
import { proveConsistency } from '../merkle/merkle-proof.ts';
import { ed25519Signer, formatNote, type NoteSigner, signNote } from '../notes/signed-note.ts';
import { formatAddCheckpoint } from '../witness/witness.ts';
import { testKey } from './memory-log.ts';
import { naiveRoot } from './naive-tree.ts';

export const ORIGIN = 'log.example/watched';
export const logSigner: NoteSigner = ed25519Signer(ORIGIN, testKey('watched log'));

/** A log that can serve any of its sizes, and that can lie. */
export class WitnessedLog {
  readonly #leaves: Buffer[];

  /** Logs with different names hold different entries from `forkedAt` on: a split view. */
  constructor(name: string, forkedAt: number) {
    const nameAt = (i: number): string => (i < forkedAt ? 'both' : name);
    this.#leaves = Array.from({ length: 40 }, (_, i) => leafHash(Buffer.from(`${nameAt(i)} ${i}`)));
  }

  root(size: number): Buffer {
    return naiveRoot(this.#leaves.slice(0, size));
  }

  proof(oldSize: number, size: number): Buffer[] {
    return proveConsistency(oldSize, size, (level, index) => {
      const width = 2 ** level;
      return naiveRoot(this.#leaves.slice(index * width, (index + 1) * width));
    });
  }

  text(size: number): string {
    return formatCheckpoint({ origin: ORIGIN, size, root: this.root(size), extensions: [] });
  }

  note(size: number, signers: readonly NoteSigner[] = [logSigner]): Buffer {
    return Buffer.from(formatNote(signNote(this.text(size), signers)));
  }

  /** The body of add-checkpoint. */
  body(oldSize: number, size: number): Buffer {
    return formatAddCheckpoint({
      oldSize,
      proof: this.proof(oldSize, size),
      note: this.note(size),
    });
  }
}

export const honest: WitnessedLog = new WitnessedLog('honest', 10);
/** Shares its first ten entries with {@link honest}. */
export const forked: WitnessedLog = new WitnessedLog('forked', 10);

export function temporaryFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'countersign-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
