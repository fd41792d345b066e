import assert from 'node:assert/strict';
import { systemClock } from '@countersign/core';
import { fsck, LedgerReader } from '@countersign/ledger';
import { type ImportReport, importPaths } from '../../apps/countersign/src/ingest/import-run.ts';
import type { HostWriter } from '../../apps/countersign/src/operations/host/open-writer.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { readStatement } from '../../apps/countersign/src/reports/statement/read-statement.ts';
import type { Statement } from '../../apps/countersign/src/reports/statement/statement.ts';
import { headOf, type LedgerHead } from '../../apps/countersign/src/store/reading/ledger-head.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { type CommandOptions, countersignHere } from './command-here.ts';

/** The output of `import --json`. */
export type Report = Omit<ImportReport, 'interrupted'>;

const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;

const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

/** Holds the ledger of `data` in this process while `use` runs. */
export async function withWriter<T>(
  data: string,
  use: (writer: HostWriter) => Promise<T>,
  options: { readonly acceptFork?: 'accept' } = {},
): Promise<T> {
  const writer = await openLedgerWriter({ dir: data, clock: systemClock, random, ...options });
  try {
    return await use(writer);
  } finally {
    await closeWriter(writer);
  }
}

/** Imports in this process, like the command but without starting it. */
export async function importHere(data: string, ...paths: readonly string[]): Promise<Report> {
  return withWriter(data, (writer) => importWith(writer, ...paths));
}

export async function importWith(writer: HostWriter, ...paths: readonly string[]): Promise<Report> {
  const inputs = paths.map((path) => ({ kind: 'path', path }) as const);
  const report = await importPaths(writer, {
    inputs,
    actor: Actor,
    workers: 1,
    afterImport: () => runDetection(writer),
  });
  assertBalanced(report);
  return report;
}

/** `read = accepted + duplicates + rejected`, always. */
export function assertBalanced(report: Report): void {
  const { read, accepted, duplicates, rejected } = report;
  assert.equal(read, accepted + duplicates + rejected);
}

/** Runs a command that must answer with JSON and one of these exit codes. */
export async function askJson<T>(
  data: string,
  args: readonly string[],
  codes: readonly number[] = [0],
  options: CommandOptions = {},
): Promise<T> {
  const { code, stdout, stderr } = await countersignHere(
    [...args, '--data', data, '--json'],
    options,
  );
  assert.ok(codes.includes(code ?? -1), `${args.join(' ')} exits ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** The same for a list: one item per line. */
export async function askLines<T>(
  data: string,
  args: readonly string[],
  codes: readonly number[] = [0, 3],
): Promise<T[]> {
  const { code, stdout, stderr } = await countersignHere([...args, '--data', data, '--json']);
  assert.ok(codes.includes(code ?? -1), `${args.join(' ')} exits ${code}: ${stderr}`);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as T);
}

/** Every test of a ledger ends with this check. */
export async function assertFsckClean(data: string): Promise<void> {
  const { ok, problems } = await fsck({ dir: data, threads: 0 });
  assert.deepEqual(problems, []);
  assert.ok(ok);
}

export type { Statement };

export type Account = {
  readonly store: StoreReader;
  readonly ledger: LedgerReader;
  readonly head: LedgerHead;
};

/** Reads the account of `data` in this process, without a lock. */
export async function withAccount<T>(
  data: string,
  use: (account: Account) => Promise<T>,
): Promise<T> {
  const ledger = await LedgerReader.open(data);
  const store = await StoreReader.open(data);
  try {
    return await use({ store, ledger, head: await headOf(ledger, store) });
  } finally {
    store.close();
    ledger.close();
  }
}

/** The statement of one principal over all time. Exactly one must match. */
export async function statementOf(account: Account, who: string): Promise<Statement> {
  const { store, head } = account;
  const result = await readStatement(store, who, {}, head);
  if (result.kind === 'unknown') assert.fail(`${who}: ${result.because.text}`);
  return result.statement;
}
