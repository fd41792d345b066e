import { existsSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import type { Clock, Random, TenantId } from '@countersign/core';
import { LedgerReader, layout } from '@countersign/ledger/reader';
import type { LedgerOperation } from '../definition/operation.ts';
import type { Command } from '../forwarding/command.ts';

import { removeLeftSpools, StdinSpool } from '../forwarding/stdin-spool.ts';
import { importWithoutLedger, standardInputOf, withSpool } from '../ingest/standard-input.ts';
import { rebuildStore } from '../ledger/rebuild.ts';
import { perform } from './handlers.ts';
import { runCommand } from './ledger-host.ts';
import { loadDetection } from './load-detectors.ts';
import { closeWriter, hurryOnAbort, openLedgerWriter } from './open-writer.ts';
import { rebuild } from './rebuild-store.ts';
import { recordAcceptedFork } from './record-accepted-fork.ts';

/** Worker threads of an import: four keep the one sequencer busy. */
const WORKERS_MAX = 4;

export type WriteOptions<Input extends object, Output> = {
  readonly dir: string;
  readonly operation: LedgerOperation<Input, Output>;
  /** Parsed. */
  readonly input: Input;
  readonly mode: Command['mode'];
  readonly tenant: TenantId | undefined;
  readonly who: string;
  /** The version of Countersign, as entries state it. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** The note signing key, if it is outside the data folder. */
  readonly keyFile: string | undefined;
  readonly acceptFork: 'accept' | undefined;
  readonly progress: (progress: unknown) => void;
  readonly waiting: () => void;
  readonly finishing: (pending: number) => void;
};

/**
 * Runs an operation here or in the process that holds the ledger; returns its output or dry run.
 */
export async function runLedgerOperation<Input extends object, Output>(
  options: WriteOptions<Input, Output>,
): Promise<unknown> {
  const { dir, clock, random, env, keyFile, acceptFork, stdin, version, operation } = options;
  const { input, mode, tenant = null, who } = options;
  const work: Command = { operation: operation.name, input, mode, tenant, who };
  // Opening for writing would create a ledger, and a wrong --data would go unnoticed.
  if (operation.ledger === 'needs') (await LedgerReader.open(dir)).close();
  else if (!existsSync(layout.manifest(dir))) {
    const nothing = await importWithoutLedger(work);
    if (nothing !== undefined) return nothing;
  }
  const workers = Math.min(WORKERS_MAX, availableParallelism());
  using spool = new StdinSpool(layout.run(dir), random);
  return await runCommand({
    ...options,
    work,
    repeatable: operation.repetition === 'repeatable',
    where: operation.where,
    socketFile: layout.apiSocket(dir),
    open: async () => {
      const detection = await loadDetection();
      const opening = { dir, clock, random, keyFile, acceptFork, detection };
      const isRebuild = operation.name === rebuildStore.name;
      const onProgress = options.progress;
      const writer = await (isRebuild
        ? rebuild({ ...opening, onProgress })
        : openLedgerWriter(opening));
      await recordAcceptedFork(writer, { who, host: hostname(), version });
      hurryOnAbort(writer.threads, options.signal);
      removeLeftSpools(layout.run(dir));
      return writer;
    },
    close: closeWriter,
    perform: (writer, given, hooks) => {
      const actor = { who: given.who, host: hostname(), version };
      const by = { actor: actor, random, env, workers: workers, hooks, stdin, keyFile };
      return perform(writer, given, by);
    },
    beforeHandOver: async (given) => {
      const read = standardInputOf(given);
      return read === undefined ? given : withSpool(given, read, await spool.fill(stdin));
    },
  });
}
