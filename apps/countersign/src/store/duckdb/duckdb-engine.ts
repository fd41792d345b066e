import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { messageOf } from '@countersign/core';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { ENGINE_FREED_BYTES_KEPT, ENGINE_THREAD_BYTES } from '../limits.ts';

export type EngineOptions = {
  readonly threads: number;
  /** Where DuckDB makes a folder of this engine's own once it has to spill; MUST be there. */
  readonly tempDir: string;
  readonly memoryBytes?: number;
};

/** An in-memory DuckDB that never loads an extension and never leaves this machine. */
export class DuckDbEngine {
  readonly #instance: DuckDBInstance;
  readonly #memoryBytes: number;
  readonly #spill: string;
  /** Work that needs more room, and is under way. */
  #roomy = 0;
  readonly #asking = new Set<DuckDBConnection>();
  #isStopped = false;

  private constructor(instance: DuckDBInstance, memoryBytes: number, spill: string) {
    this.#instance = instance;
    this.#memoryBytes = memoryBytes;
    this.#spill = spill;
    SPILLING.add(spill);
  }

  static async open(options: EngineOptions): Promise<DuckDbEngine> {
    const memoryBytes = options.memoryBytes ?? ENGINE_THREAD_BYTES * options.threads;
    const spill = spillFolder();
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(options.threads),
      temp_directory: join(options.tempDir, spill),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
    const engine = new DuckDbEngine(instance, memoryBytes, spill);
    // Global, since every statement has a connection of its own. Instants are compared, cut into
    // days and shown in UTC, wherever this machine stands.
    await engine.run("SET GLOBAL TimeZone = 'UTC'");
    await engine.run('SET GLOBAL parquet_metadata_cache = true');
    const kept = `${ENGINE_FREED_BYTES_KEPT / 1024}KiB`;
    await engine.run(`SET GLOBAL allocator_bulk_deallocation_flush_threshold = '${kept}'`);
    await engine.giveBack();
    return engine;
  }

  /**
   * Sets the limit, upon which DuckDB gives back to the system what this whole process has freed:
   * else hundreds of megabytes that threads needed before stand beside what is needed now.
   */
  async giveBack(): Promise<void> {
    const bytes = this.#roomy > 0 ? 2 * this.#memoryBytes : this.#memoryBytes;
    await this.run(`SET GLOBAL memory_limit = '${Math.ceil(bytes / 1024)}KiB'`);
  }

  /** Work on one connection; a connection does one thing at a time. */
  async use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#connect();
    try {
      return await work(connection);
    } finally {
      this.#leave(connection);
    }
  }

  /** What is asked now, and whatever is asked from now on, rejects: whoever asks is to stop. */
  stop(): void {
    this.#isStopped = true;
    for (const connection of this.#asking) connection.interrupt();
  }

  async #connect(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect();
    if (this.#isStopped) {
      connection.closeSync();
      throw new Error('nothing more is asked');
    }
    this.#asking.add(connection);
    return connection;
  }

  #leave(connection: DuckDBConnection): void {
    this.#asking.delete(connection);
    connection.closeSync();
  }

  async run(sql: string, values: DuckDBValue[] = []): Promise<void> {
    await this.use((connection) => connection.run(sql, values));
  }

  /**
   * Work that may be begun again. Whether what is put aside leaves room for what is needed at once
   * does not follow from how much it is; where it does not, twice the memory is better than failing
   * at the same again and again.
   */
  async withRoom<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!messageOf(error).startsWith('Out of Memory')) throw error;
      this.#roomy += 1;
      try {
        await this.giveBack();
        return await work();
      } finally {
        this.#roomy -= 1;
        // Others may hold too much for less: what was answered stays answered, and the limit is
        // set once more behind the next judge.
        await this.giveBack().catch(() => undefined);
      }
    }
  }

  async rows(sql: string, values: DuckDBValue[] = []): Promise<DuckDBValue[][]> {
    return this.use(async (connection) => (await connection.runAndReadAll(sql, values)).getRows());
  }

  /** Rows in batches as DuckDB makes them; the connection lives as long as the iteration. */
  async *stream(sql: string, values: DuckDBValue[] = []): AsyncGenerator<DuckDBValue[][]> {
    const connection = await this.#connect();
    try {
      const result = await connection.stream(sql, values);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk.getRows();
      }
    } finally {
      this.#leave(connection);
    }
  }

  close(): void {
    this.#instance.closeSync();
    SPILLING.delete(this.#spill);
  }
}

/** Folders of the engines of this process that are open. */
const SPILLING = new Set<string>();

export type SpillOwner = 'ours' | 'lives' | 'gone';

/**
 * Whose a folder into which an engine spilled is; undefined where it is none. In a container a
 * program has the same number at each start: one of ours that none of our engines has is left over.
 */
export function spillerOf(folder: string): SpillOwner | undefined {
  const [, id] = /^spill-(\d+)-/.exec(folder) ?? [];
  if (id === undefined) return undefined;
  const pid = Number(id);
  if (pid === process.pid) return SPILLING.has(folder) ? 'ours' : 'gone';
  return isAlive(pid) ? 'lives' : 'gone';
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * DuckDB calls the files that it spills into the same in every instance, and takes whatever stands
 * in them for its own: two that share a folder answer with each other's rows, or crash. There are
 * several on one data folder at any time: the writer's, those of its readers, of other processes.
 */
function spillFolder(): string {
  return `spill-${process.pid}-${randomUUID()}`;
}

/** A text as an SQL literal, for the few places (COPY, views) that take no parameters. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
