import { statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type Candidates,
  DirectoryStore,
  loadDirectoryFile,
  parseDirectoryFile,
} from '../../access/index.ts';
import { readConfigFile } from '../../config/index.ts';
import type { Clock, TenantId } from '../../core/index.ts';

/** A file as it was when it was read. */
type Loaded = {
  readonly file: string;
  readonly stamp: string;
  readonly tenant: TenantId;
  /** `now`: the file states no time, so it is as fresh as the last look at it. */
  readonly fresh: 'now' | 'as it states';
};

/**
 * The directory that a company wrote into files, kept as fresh as they are. A file that cannot be
 * read any more ages, until what it said is unknown and permits nothing.
 */
export class DirectoryFiles implements Candidates {
  readonly #files: readonly string[];
  readonly #clock: Clock;
  #store = new DirectoryStore();
  #loaded: readonly Loaded[] = [];

  /** @throws ConfigError with every problem of a file */
  constructor(files: readonly string[], clock: Clock) {
    this.#files = files;
    this.#clock = clock;
    this.#load();
  }

  get store(): DirectoryStore {
    return this.#store;
  }

  list: Candidates['list'] = (...asked) => this.#store.list(...asked);

  /**
   * Looks at the files again. `changed`: there is another store now.
   * @throws ConfigError when a file changed and cannot be used: what was read before stays
   */
  look(): 'changed' | 'same' {
    if (this.#loaded.some(({ file, stamp }) => stampOf(file) !== stamp)) {
      this.#load();
      return 'changed';
    }
    const seenMs = this.#clock.now();
    for (const { file, tenant, fresh } of this.#loaded) {
      if (fresh === 'now') this.#store.tenant(tenant).confirm({ source: sourceOf(file), seenMs });
    }
    return 'same';
  }

  #load(): void {
    const store = new DirectoryStore();
    const readMs = this.#clock.now();
    const loaded = this.#files.map((file): Loaded => {
      const stamp = stampOf(file);
      const parsed = parseDirectoryFile(readConfigFile(file));
      const tenant = loadDirectoryFile(store, parsed, { file, readMs });
      return { file, stamp, tenant, fresh: parsed.at === undefined ? 'now' : 'as it states' };
    });
    this.#store = store;
    this.#loaded = loaded;
  }
}

/** As the directory names it. */
function sourceOf(file: string): string {
  return `file:${basename(file)}`;
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}
