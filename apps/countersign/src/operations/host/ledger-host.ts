import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, CountersignError, type Random } from '@countersign/core';
import type { Command } from '../forwarding/command.ts';
import { ForwardingError } from '../forwarding/errors.ts';
import { handOver } from '../forwarding/forwarding-client.ts';
import { ForwardingServer, type WorkHooks } from '../forwarding/forwarding-server.ts';
import {
  RETRY_FIRST_MS,
  RETRY_MAX_MS,
  UNANSWERED_MAX_MS,
  WAITING_NOTICE_MS,
} from '../forwarding/limits.ts';

export type WorkOptions<Host> = {
  readonly socketFile: string;
  readonly work: Command;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** True for work that adds nothing when repeated: it restarts after a crash. */
  readonly repeatable: boolean;
  /**
   * `anywhere`: by the process that holds the ledger. `alone`: by this process, which waits for the
   * lock as long as needed, and does no work for others.
   */
  readonly where: 'anywhere' | 'alone';
  /** Takes the lock. MUST reject with code `LOCKED` while another process holds it. */
  readonly open: () => Promise<Host>;
  /** Releases the lock. */
  readonly close: (holder: Host) => Promise<void>;
  /** Does work, its own or another process's, with the ledger that this process holds. */
  readonly perform: (holder: Host, work: Command, hooks: WorkHooks) => Promise<unknown>;
  /** Makes work fit for another process, once, before the first hand-over. */
  readonly beforeHandOver: (work: Command) => Promise<Command>;
  readonly progress: (progress: unknown) => void;
  /** Called once when the work has to wait for the lock or for earlier work. */
  readonly waiting: () => void;
  /** Called when our own command is done and forwarded ones are not. */
  readonly finishing: (pending: number) => void;
};

/**
 * Runs one writing command at the ledger: here if its lock is free (then also the commands of other
 * processes until this one is done), else in the process that holds it. Of any number of callers
 * exactly one holds the ledger; each gets its own result.
 */
export async function runCommand<Host>(given: WorkOptions<Host>): Promise<unknown> {
  let isWaiting = false;
  const waiting = (): void => {
    if (!isWaiting) given.waiting();
    isWaiting = true;
  };
  let options: WorkOptions<Host> = { ...given, waiting };
  let isHandedOver = false;
  let retryMs = RETRY_FIRST_MS;
  let unansweredSince: number | undefined;
  for (;;) {
    const holder = await openUnlessLocked(options);
    if (holder !== undefined) return hold(holder, options);
    if (given.where === 'anywhere') {
      if (!isHandedOver) options = { ...options, work: await given.beforeHandOver(given.work) };
      isHandedOver = true;
      const handover = await handOverAgain(options);
      if (handover?.kind === 'done') return handover.result;
      // It answered, and has ended since: the lock is free, or the next host is starting.
      if (handover === undefined) unansweredSince = undefined;
    }
    const now = options.clock.monotonic();
    if (unansweredSince === undefined) unansweredSince = now;
    else if (now - unansweredSince > patienceMs(given)) throw busy();
    if (now - unansweredSince > WAITING_NOTICE_MS) options.waiting();
    await wait(retryMs, options.signal);
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  }
}

async function openUnlessLocked<Host>(options: WorkOptions<Host>): Promise<Host | undefined> {
  try {
    return await options.open();
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'LOCKED') return undefined;
    throw error;
  }
}

function patienceMs({ where }: Pick<WorkOptions<unknown>, 'where'>): number {
  return where === 'alone' ? Number.POSITIVE_INFINITY : UNANSWERED_MAX_MS;
}

async function hold<Host>(holder: Host, options: WorkOptions<Host>): Promise<unknown> {
  if (options.where === 'alone') return holdAlone(holder, options);
  // One at a time: two imports at once would only take turns on the same disk.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = async (work: Command, hooks: WorkHooks): Promise<unknown> => {
    const mine = last.then(async () => {
      if (hooks.signal.aborted) throw interrupted();
      await hooks.begin();
      return options.perform(holder, work, hooks);
    });
    last = mine.catch(() => undefined);
    return mine;
  };
  try {
    const { socketFile, clock, random } = options;
    const server = await ForwardingServer.open({ socketFile, clock, random, perform: inTurn });
    try {
      return await inTurn(options.work, { ...options, begin: async () => undefined });
    } finally {
      if (server.pending > 0) options.finishing(server.pending);
      await server.close();
    }
  } finally {
    await options.close(holder);
  }
}

async function holdAlone<Host>(holder: Host, options: WorkOptions<Host>): Promise<unknown> {
  try {
    return await options.perform(holder, options.work, {
      ...options,
      begin: async () => undefined,
    });
  } finally {
    await options.close(holder);
  }
}

/** Undefined: the host ended in the middle of work that can simply be restarted. */
async function handOverAgain<Host>(
  options: WorkOptions<Host>,
): Promise<Awaited<ReturnType<typeof handOver>> | undefined> {
  try {
    return await handOver(options);
  } catch (error) {
    const isLost = error instanceof ForwardingError && error.code === 'LOST';
    if (isLost && options.repeatable) return undefined;
    throw error;
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    throw interrupted(error);
  }
}

function interrupted(cause?: unknown): ForwardingError {
  return new ForwardingError('INTERRUPTED', 'interrupted before the work began', { cause });
}

function busy(): ForwardingError {
  return new ForwardingError(
    'BUSY',
    'could not reach the process that holds the ledger: it does not answer. Wait for it or ' +
      'end it, then run the same command again',
  );
}
