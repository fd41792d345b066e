import { basename, join } from 'node:path';
import { assert } from '@countersign/core';
import type { Disk } from '../disk/disk.ts';
import { PART_COUNT, PART_SHIFT } from './key-format.ts';
import { Run, type RunPart } from './run.ts';
import { equalBytes, isUnfinished, rangeOfName } from './run-format.ts';

/** A damaged file. Its entries are inserted into the index again. */
export type RunProblem = { readonly path: string; readonly what: string };

/** The runs in use, oldest first, without gaps from entry 0 on. */
export class RunSet {
  readonly #files: Disk;
  #list: Run[] = [];
  readonly #parts: RunPart[][] = Array.from({ length: PART_COUNT }, () => []);

  constructor(files: Disk) {
    this.#files = files;
  }

  get list(): readonly Run[] {
    return this.#list;
  }

  get coveredSize(): number {
    return this.#list.at(-1)?.to ?? 0;
  }

  get usage(): { runs: number; entries: number; filterBytes: number; diskBytes: number } {
    return {
      runs: this.#list.length,
      entries: this.#list.reduce((sum, run) => sum + run.entryCount, 0),
      diskBytes: this.#list.reduce((sum, run) => sum + run.byteLength, 0),
      filterBytes: this.#parts.flat().reduce((sum, part) => sum + part.byteLength, 0),
    };
  }

  /** The parts that may hold an action, oldest first. */
  parts(word0: number): readonly RunPart[] {
    return this.#parts[word0 >>> PART_SHIFT] as RunPart[];
  }

  /** @throws Error if the run that was just written cannot be read */
  append(path: string): void {
    const problem = this.tryAppend(path);
    if (problem !== undefined) throw new Error(`${path}: ${problem}`);
  }

  /** Adds the run, or returns what is wrong with it. */
  tryAppend(path: string, identity?: Uint8Array): string | undefined {
    const run = Run.open(this.#files, path);
    if (typeof run === 'string') return run;
    let isTaken = false;
    try {
      const problem = problemOf(run, identity) ?? this.#loadAll(run);
      isTaken = problem === undefined;
      return problem;
    } finally {
      if (!isTaken) run.close();
    }
  }

  /**
   * Replaces the runs that were merged into the run at `path`, one part at a time. Lookups are
   * correct at every yield. The caller must finish the generator.
   */
  *replace(inputs: readonly Run[], path: string): Generator<void> {
    const merged = Run.open(this.#files, path);
    if (typeof merged === 'string') throw new Error(`${path}: ${merged}`);
    let isInUse = false;
    try {
      for (let part = 0; part < PART_COUNT; part++) {
        this.#replacePart(inputs, merged, part);
        isInUse = true;
        yield;
      }
    } finally {
      if (!isInUse) merged.close();
    }
    this.#list = this.#list.filter((run) => !inputs.includes(run));
    this.#list.push(merged);
    this.#list.sort((a, b) => a.from - b.from);
    for (const run of inputs) run.close();
    // A crash before this leaves the inputs. The next opening finds that they are within `merged`.
    for (const run of inputs) this.#files.remove(run.path);
  }

  close(): void {
    // A replacement that failed midway has left a run in the parts that is not in the list.
    const open = new Set([...this.#list, ...this.#parts.flat().map((part) => part.run)]);
    for (const run of open) run.close();
    this.#list = [];
    for (const parts of this.#parts) parts.length = 0;
  }

  #loadAll(run: Run): string | undefined {
    const loaded: RunPart[] = [];
    for (let part = 0; part < PART_COUNT; part++) {
      const loadedPart = run.loadPart(part);
      if (loadedPart === undefined) return 'a filter does not match its digest';
      loaded.push(loadedPart);
    }
    assert(run.from === this.coveredSize, 'runs follow one another without gaps');
    for (const [part, loadedPart] of loaded.entries()) this.#parts[part]?.push(loadedPart);
    this.#list.push(run);
    return undefined;
  }

  #replacePart(inputs: readonly Run[], merged: Run, part: number): void {
    const parts = this.#parts[part] as RunPart[];
    const loaded = merged.loadPart(part);
    if (loaded === undefined) throw new Error(`${merged.path}: a filter does not match its digest`);
    const first = parts.findIndex((other) => inputs.includes(other.run));
    for (const old of parts.splice(first, inputs.length, loaded)) old.release();
  }
}

function problemOf(run: Run, identity: Uint8Array | undefined): string | undefined {
  const range = rangeOfName(basename(run.path));
  if (range?.from !== run.from || range.to !== run.to) {
    return 'the name of the file does not match its header';
  }
  if (identity !== undefined && !equalBytes(run.header.identity, identity)) {
    return 'the run belongs to another log or fingerprint key';
  }
  return undefined;
}

/**
 * Opens the runs that cover the ledger from entry 0 on without gaps. Removes every other file of
 * the index: unfinished ones, those within another, those after a gap, those beyond `size`.
 */
export function openRuns(
  files: Disk,
  options: { readonly dir: string; readonly size: number; readonly identity: Uint8Array },
): { runs: RunSet; problems: RunProblem[] } {
  const { dir, size, identity } = options;
  files.makeFolder(dir);
  const runs = new RunSet(files);
  const problems: RunProblem[] = [];
  const candidates: { path: string; from: number; to: number }[] = [];
  for (const { name } of files.list(dir)) {
    const range = rangeOfName(name);
    if (range !== undefined) candidates.push({ path: join(dir, name), ...range });
    else if (isUnfinished(name)) files.remove(join(dir, name));
  }
  candidates.sort((a, b) => a.from - b.from || b.to - a.to);
  for (const { path, from, to } of candidates) {
    const wanted = from === runs.coveredSize && to <= size;
    const problem = wanted ? runs.tryAppend(path, identity) : undefined;
    if (problem !== undefined) problems.push({ path, what: problem });
    if (!wanted || problem !== undefined) files.remove(path);
  }
  return { runs, problems };
}
