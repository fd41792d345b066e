import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { messageOf } from '@countersign/core';
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
} from '@duckdb/node-api';
import { ENGINE_FREED_BYTES_KEPT, ENGINE_THREAD_BYTES } from '../limits.ts';

export type EngineOptions = {
  readonly threads: number;
  /** Where DuckDB creates a spill folder of its own for this engine. MUST exist. */
  readonly tempDir: string;
  readonly memoryBytes?: number;
};

/** An in-memory DuckDB without extensions and network access. */
export class DuckDbEngine {
  readonly #instance: DuckDBInstance;
  readonly #memoryBytes: number;
  readonly #spill: string;
  /** Number of running works that need more memory. */
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
    // Global, because every statement has its own connection. Instants are compared, cut into days
    // and shown in UTC, in any time zone of the machine.
    await engine.run("SET GLOBAL TimeZone = 'UTC'");
    await engine.run('SET GLOBAL parquet_metadata_cache = true');
    const kept = `${ENGINE_FREED_BYTES_KEPT / 1024}KiB`;
    await engine.run(`SET GLOBAL allocator_bulk_deallocation_flush_threshold = '${kept}'`);
    await engine.giveBack();
    return engine;
  }

  /**
   * Sets the memory limit again. DuckDB then returns freed memory of the whole process to the
   * system; otherwise hundreds of megabytes that threads needed earlier would add to the current
   * need.
   */
  async giveBack(): Promise<void> {
    const bytes = this.#roomy > 0 ? 2 * this.#memoryBytes : this.#memoryBytes;
    await this.run(`SET GLOBAL memory_limit = '${Math.ceil(bytes / 1024)}KiB'`);
  }

  /** Runs work on one connection. A connection runs one statement at a time. */
  async use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#connect();
    try {
      return await work(connection);
    } finally {
      this.#leave(connection);
    }
  }

  /** Rejects running and later queries, so that the process can stop. */
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
   * Runs work that can be restarted.
   *
   * The amount spilled does not predict whether enough memory remains. If it does not, one retry
   * with twice the memory is better than repeated failures.
   */
  async withMoreMemory<T>(work: () => Promise<T>): Promise<T> {
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
        // If the limit cannot be set, keep the result. The next caller sets the limit again.
        await this.giveBack().catch(() => undefined);
      }
    }
  }

  async rows(sql: string, values: DuckDBValue[] = []): Promise<DuckDBValue[][]> {
    return this.use(async (connection) => (await connection.runAndReadAll(sql, values)).getRows());
  }

  /**
   * Yields rows in batches. The connection lives as long as the iteration. Rows become values when
   * they are read, because a page reads a few of the thousands in a batch.
   */
  async *stream(sql: string, values: DuckDBValue[] = []): AsyncGenerator<Iterable<DuckDBValue[]>> {
    const connection = await this.#connect();
    try {
      const result = await connection.stream(sql, values);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield rowsOf(chunk);
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

function* rowsOf(chunk: DuckDBDataChunk): Generator<DuckDBValue[]> {
  for (let at = 0; at < chunk.rowCount; at++) yield chunk.getRowValues(at);
}

/** Spill folders of this process's open engines. */
const SPILLING = new Set<string>();

export type SpillOwner = 'ours' | 'lives' | 'gone';

/**
 * The process that owns a spill folder; undefined for any other folder.
 *
 * In a container a program gets the same process id at each start. A folder with our id that none
 * of our engines uses is left over.
 */
export function spillFileOwner(folder: string): SpillOwner | undefined {
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
 * A name for this engine's own spill folder.
 *
 * DuckDB names its spill files alike in every instance and trusts their content. Two instances in
 * one folder answer with each other's rows, or crash. A data folder has several: the writer's, its
 * readers', and other processes'.
 */
function spillFolder(): string {
  return `spill-${process.pid}-${randomUUID()}`;
}

/** A text as an SQL literal, for statements without parameters (COPY, CREATE VIEW). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
