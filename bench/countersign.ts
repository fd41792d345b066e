import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ChildResult, runChild } from './child.ts';
import { type GeneratorOptions, generateFile } from './generator.ts';
import { type BenchOptions, type Checkout, ROOT } from './harness.ts';

/** The checkouts to measure: this one, and the one to compare it with. */
export function checkouts({
  against,
}: BenchOptions): readonly { readonly checkout: Checkout; readonly root: string }[] {
  const here = { checkout: 'here', root: ROOT } as const;
  return against === undefined ? [here] : [here, { checkout: 'there', root: against }];
}

/** A checkout from before the workspace has its sources at its root. */
function productFolder(root: string): string {
  const app = join(root, 'apps', 'countersign');
  return existsSync(app) ? app : root;
}

function launcher(root: string): string {
  return join(productFolder(root), 'bin', 'countersign');
}

/** The first file of the program. An older checkout has it in the folder of the command line. */
export function mainFile(root: string): string {
  const source = join(productFolder(root), 'src');
  const main = join(source, 'main.ts');
  return existsSync(main) ? main : join(source, 'cli', 'main.ts');
}

/**
 * Runs the command line as users do.
 *
 * @throws Error unless it ends with one of `codes`: a failure must not count as fast
 */
export async function countersign(
  root: string,
  args: readonly string[],
  codes: readonly number[] = [0],
): Promise<ChildResult> {
  const result = await runChild([launcher(root), ...args]);
  if (result.code === null || !codes.includes(result.code)) {
    throw new Error(`countersign ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
  }
  return result;
}

/** A file of generated records in the folder of this run, created once. */
export function recordFile(
  folder: string,
  options: GeneratorOptions & { format: 'ndjson' | 'csv' },
): string {
  const { load = 'audit', count, format } = options;
  const path = join(folder, `${load}-${count}.${format}`);
  if (!existsSync(path)) generateFile(path, options);
  return path;
}

type ImportCounts = { read: number; accepted: number; duplicates: number; rejected: number };

/** Imports into a new data folder, and checks that every record was accepted. */
export async function importNew(
  root: string,
  file: string,
  data: string,
  count: number,
): Promise<ChildResult> {
  rmSync(data, { recursive: true, force: true });
  const result = await countersign(root, ['import', file, '--data', data, '--json']);
  const { read, accepted } = JSON.parse(result.stdout) as ImportCounts;
  if (read !== count || accepted !== count) {
    throw new Error(`imported ${accepted} of ${read} records; there are ${count}`);
  }
  return result;
}

/** A data folder with `count` records, created once per checkout. */
export async function filledFolder(
  root: string,
  options: BenchOptions,
  generated: GeneratorOptions,
): Promise<string> {
  const data = join(options.folder, `data-${root === ROOT ? 'here' : 'there'}-${generated.count}`);
  if (!existsSync(data)) {
    options.log(`importing ${generated.count} records`);
    const file = recordFile(options.folder, { ...generated, format: 'ndjson' });
    const { seconds, peakBytes, cpuSeconds } = await importNew(root, file, data, generated.count);
    const rate = Math.round(generated.count / seconds);
    const micros = ((cpuSeconds / generated.count) * 1e6).toFixed(0);
    const mib = Math.round(peakBytes / 2 ** 20);
    options.log(`imported at ${rate} records/s, ${micros} µs of processor a record, ${mib} MiB`);
  }
  return data;
}

/**
 * The seconds of an import from its first entry until every record is durable. The entries that
 * Countersign writes about an import state both times.
 */
export async function durableSeconds(root: string, data: string): Promise<number> {
  const state = new DatabaseSync(join(data, 'state.sqlite'), { readOnly: true });
  const entries = state.prepare(`SELECT "index" FROM acts WHERE kind = 'import' ORDER BY 1`).all();
  state.close();
  const atMs = async (row: Record<string, unknown> | undefined): Promise<number> => {
    const args = ['show', String(row?.['index']), '--data', data, '--json'];
    const { leaf } = JSON.parse((await countersign(root, args)).stdout) as { leaf: { at: string } };
    return Date.parse(leaf.at);
  };
  return ((await atMs(entries.at(-1))) - (await atMs(entries[0]))) / 1000;
}
