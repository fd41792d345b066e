import { existsSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import type { Clock, Random } from '@countersign/core';
import { LedgerReader, layout } from '@countersign/ledger';
import type { Command } from '../forwarding/command.ts';
import { WORKERS_MAX } from '../forwarding/limits.ts';
import { removeLeftSpools, StdinSpool } from '../forwarding/stdin-spool.ts';
import { importWithoutLedger, readsStandardInput, withSpool } from '../import.ts';
import { perform } from './handlers.ts';
import { runCommand } from './ledger-host.ts';
import { loadDetection } from './load-detectors.ts';
import { closeWriter, openLedgerWriter } from './open-writer.ts';
import { rebuild } from './rebuild-store.ts';

export type WriteOptions = {
  readonly dir: string;
  readonly work: Command;
  /** Of Countersign, as entries state it. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** The note signing key, where it does not lie in the data folder. */
  readonly keyFile: string | undefined;
  readonly acceptFork: 'accept' | undefined;
  /** `makes` a data folder that is not there, or `needs` one. */
  readonly ledger: 'makes' | 'needs';
  /** True for work that adds nothing when it is done twice. */
  readonly repeatable: boolean;
  /** `alone`: not by another process, and with nobody's work beside it. */
  readonly where: 'anywhere' | 'alone';
  readonly progress: (progress: unknown) => void;
  readonly waiting: () => void;
  readonly finishing: (pending: number) => void;
};

/** Does a writing command here or in the process that holds the ledger; tells its result. */
export async function write(options: WriteOptions): Promise<unknown> {
  const { dir, clock, random, env, keyFile, acceptFork, stdin, version } = options;
  // Opening for writing would make a ledger, and a wrong --data would go unnoticed.
  if (options.ledger === 'needs') (await LedgerReader.open(dir)).close();
  else if (!existsSync(layout.folderFacts(dir))) {
    const nothing = await importWithoutLedger(options.work);
    if (nothing !== undefined) return nothing;
  }
  const workers = Math.min(WORKERS_MAX, availableParallelism());
  using spool = new StdinSpool(layout.run(dir), random);
  return await runCommand({
    ...options,
    socketFile: layout.apiSocket(dir),
    open: async () => {
      const detection = await loadDetection();
      const opening = { dir, clock, random, keyFile, acceptFork, detection };
      const isRebuild = options.work.command === 'rebuild';
      const onProgress = options.progress;
      const writer = await (isRebuild
        ? rebuild({ ...opening, onProgress })
        : openLedgerWriter(opening));
      removeLeftSpools(layout.run(dir));
      return writer;
    },
    close: closeWriter,
    perform: (writer, work, hooks) => {
      const actor = { who: work.who, host: hostname(), version };
      return perform(writer, work, { actor, random, env, workers, hooks, stdin });
    },
    beforeHandOver: async (work) =>
      readsStandardInput(work) ? withSpool(work, await spool.fill(stdin)) : work,
  });
}
