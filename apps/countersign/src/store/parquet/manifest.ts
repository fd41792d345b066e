import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@countersign/core';
import { MANIFEST_INTERVAL_MS } from '../limits.ts';
import type { StateDatabase } from '../sqlite/state-database.ts';
import { EVENTS_FOLDER, MANIFEST_FILE, STORE_STAGE, TEMP_FOLDER } from '../store-layout.ts';

/**
 * Describes the events folder to readers other than Countersign.
 *
 * A folder listing is not enough: superseded rows stay in immutable files, and a crash leaves
 * unlisted files.
 */
export type Manifest = {
  readonly format: 'countersign-events/1';
  /** The rows cover the ledger entries below this index. */
  readonly cursor: number;
  /** The listed files. Paths are relative to the manifest's folder. */
  readonly files: readonly { readonly path: string; readonly rows: number }[];
  /** Values of the column `index` of superseded rows in these files. */
  readonly superseded: readonly number[];
};

/** Keeps `events/manifest.json` in step with the state, for the writer of a data folder. */
export class ManifestFile {
  readonly #dir: string;
  readonly #state: StateDatabase;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #generation = -1;
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor(dir: string, state: StateDatabase, clock: Pick<Clock, 'monotonic'>) {
    this.#dir = dir;
    this.#state = state;
    this.#clock = clock;
  }

  /** Writes the manifest unless it was written within {@link MANIFEST_INTERVAL_MS}. */
  refresh(): void {
    if (this.#clock.monotonic() - this.#writtenMs >= MANIFEST_INTERVAL_MS) this.write();
  }

  /**
   * Writes the manifest. MUST follow every deletion of a listed file; until then the manifest names
   * a missing file.
   *
   * If the write fails, the old manifest is deleted, because a false one is worse than none.
   * Countersign itself does not read it.
   */
  write(): void {
    const { generation, manifest } = this.#state.snapshot(() => ({
      generation: this.#state.generation,
      manifest: manifestOf(this.#state),
    }));
    this.#writtenMs = this.#clock.monotonic();
    if (generation === this.#generation) return;
    const path = join(this.#dir, MANIFEST_FILE);
    try {
      const temp = join(this.#dir, TEMP_FOLDER, 'manifest.json');
      writeFileSync(temp, `${JSON.stringify(manifest)}\n`);
      renameSync(temp, path);
      this.#generation = generation;
    } catch {
      rmSync(path, { force: true });
    }
  }
}

function manifestOf(state: StateDatabase): Manifest {
  return {
    format: 'countersign-events/1',
    cursor: state.cursor(STORE_STAGE),
    files: state
      .files()
      .map(({ path, rows }) => ({ path: path.slice(EVENTS_FOLDER.length + 1), rows })),
    superseded: state.superseded(),
  };
}
