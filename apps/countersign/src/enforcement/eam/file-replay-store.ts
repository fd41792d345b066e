import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@countersign/core';
import { KEPT_MS, type ReplayStore, type TokenUse } from './replay-cache.ts';

const ENDING = '.ndjson';

type Line = { readonly used: TokenUse; readonly cutoffMs: number };
type PendingLine = Line & {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** A complete file. Its content expires after a fixed time. */
type ClosedFile = { readonly path: string; readonly sinceMs: number };

/**
 * Stores used tokens in files of a folder: one line each, durable before the reply.
 *
 * A new file begins when the first entry of the last file has expired, or after a failed write. So
 * a truncated line is always the last line of its file, and no reply was sent for it.
 */
export class FileReplayStore implements ReplayStore {
  readonly earlier: readonly TokenUse[];
  readonly cutoffMs: number;
  readonly #folder: string;
  readonly #clock: Clock;
  #closed: ClosedFile[];
  #number: number;
  #file:
    | { readonly handle: FileHandle; readonly path: string; readonly sinceMs: number }
    | undefined;
  #waiting: PendingLine[] = [];
  #writing: Promise<void> | undefined;

  constructor(folder: string, clock: Clock) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#clock = clock;
    const names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
    const numbers = names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
    const sinceMs = clock.monotonic();
    this.#closed = numbers.map((number) => ({ path: this.#pathOf(number), sinceMs }));
    this.#number = (numbers.at(-1) ?? 0) + 1;
    const found = this.#closed.map(({ path }) => linesIn(path));
    const lines = found.flatMap((each) => each.lines);
    this.earlier = lines.map(({ used }) => used);
    const left = lines.map(({ cutoffMs }) => cutoffMs);
    // The content of a damaged line is unknown, so everything issued until now is refused.
    if (found.some((each) => each.damaged)) left.push(clock.now());
    this.cutoffMs = left.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  }

  /** Concurrent calls share one disk sync. */
  keep(used: TokenUse, cutoffMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ used, cutoffMs, resolve, reject });
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0);
      try {
        const { handle } = await this.#current();
        await handle.appendFile(group.map(textOf).join(''));
        await handle.datasync();
        for (const { resolve } of group) resolve();
      } catch (error) {
        await this.#leave().catch(() => undefined);
        for (const { reject } of group) reject(error);
      }
    }
  }

  async #current(): Promise<{ readonly handle: FileHandle }> {
    const nowMs = this.#clock.monotonic();
    if (this.#file !== undefined && nowMs - this.#file.sinceMs >= KEPT_MS) await this.#leave();
    if (this.#file !== undefined) return this.#file;
    const path = this.#pathOf(this.#number++);
    this.#file = { handle: await open(path, 'ax', 0o600), path, sinceMs: nowMs };
    await syncFolder(this.#folder);
    const over = this.#closed.filter(({ sinceMs }) => nowMs - sinceMs >= KEPT_MS);
    this.#closed = this.#closed.filter((each) => !over.includes(each));
    for (const each of over) rmSync(each.path, { force: true });
    return this.#file;
  }

  async #leave(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    this.#closed.push({ path: file.path, sinceMs: this.#clock.monotonic() });
    await file.handle.close();
  }

  #pathOf(number: number): string {
    return join(this.#folder, `${number}${ENDING}`);
  }
}

/** An infinite line means none, and is null in JSON. */
function textOf({ used: { names, issuedMs }, cutoffMs }: Line): string {
  return `${JSON.stringify({ names, issuedMs, lineMs: cutoffMs })}\n`;
}

/** Text after the last complete line was being written when the process ended. */
function linesIn(path: string): { readonly lines: readonly Line[]; readonly damaged: boolean } {
  const texts = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const lines = texts.flatMap((text) => lineIn(text) ?? []);
  return { lines, damaged: lines.length < texts.length };
}

function lineIn(text: string): Line | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { names, issuedMs, lineMs } = value as Readonly<Record<string, unknown>>;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) return undefined;
  if (typeof issuedMs !== 'number') return undefined;
  const cutoffMs = typeof lineMs === 'number' ? lineMs : Number.NEGATIVE_INFINITY;
  return { used: { names, issuedMs }, cutoffMs };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
