import {
  type BigIntStats,
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Random } from '@countersign/core';
import { accountName } from './account-name.ts';
import { ForwardingError } from './errors.ts';
import { PROOF_CHECK_MS, PROOF_MS_MAX } from './limits.ts';

/** The task of a caller: create a file with this name and content derived from this number. */
export type ProofDemand = { readonly name: string; readonly nonce: string };

const FORM = /^[0-9a-f]{64}$/;

/** Beside the socket, so that both sides know it without exchanging it. */
function folderOf(socketFile: string): string {
  return join(dirname(socketFile), 'callers');
}

/**
 * Finds out which user calls. Node cannot ask the kernel for the user at the other end of a socket,
 * but no user can choose the owner of a new file. So each caller creates a file whose name and
 * content it learns over its own connection, and could not know before.
 */
export class CallerProofs {
  readonly #folder: string;
  readonly #random: Random;
  readonly #clock: Pick<Clock, 'monotonic'>;

  /** Recreates the folder: its content is left over from a killed process. */
  constructor(
    socketFile: string,
    { random, clock }: { random: Random; clock: Pick<Clock, 'monotonic'> },
  ) {
    this.#folder = folderOf(socketFile);
    this.#random = random;
    this.#clock = clock;
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { mode: 0o700 });
    // Others may create files here, cannot list any, and can rename or remove only their own.
    chmodSync(this.#folder, 0o1733);
  }

  demand(): ProofDemand {
    return { name: this.#secret(), nonce: this.#secret() };
  }

  /**
   * The account of the user who created the demanded file; the file is removed afterwards.
   *
   * @throws ForwardingError UNPROVEN
   */
  async caller(demand: ProofDemand, signal: AbortSignal): Promise<string> {
    const file = join(this.#folder, demand.name);
    const content = contentOf(demand, dirname(this.#folder));
    const untilMs = this.#clock.monotonic() + PROOF_MS_MAX;
    try {
      for (;;) {
        const owner = ownerOf(file, content);
        if (owner !== undefined) return accountName(owner);
        if (signal.aborted) throw unproven('the caller disconnected');
        if (this.#clock.monotonic() >= untilMs) throw unproven('the caller made no file in time');
        await sleep(PROOF_CHECK_MS);
      }
    } finally {
      rmSync(file, { recursive: true, force: true });
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #secret(): string {
    return Buffer.from(this.#random.fill(new Uint8Array(32))).toString('hex');
  }
}

/**
 * Creates the demanded file. The demanding process may be an impostor: it cannot choose the folder,
 * nor a name other than hexadecimal digits.
 *
 * @throws ForwardingError MALFORMED, UNPROVEN
 */
export function proveCaller(socketFile: string, demand: ProofDemand): void {
  const { name, nonce } = demand;
  if (!FORM.test(name) || !FORM.test(nonce)) {
    throw new ForwardingError(
      'MALFORMED',
      'the process that holds the ledger sent a malformed challenge',
    );
  }
  const folder = folderOf(socketFile);
  try {
    // A link could make it a proof for another data folder.
    if (!lstatSync(folder).isDirectory()) throw unproven(`${folder} is not a folder`);
    const content = contentOf(demand, dirname(folder));
    const file = openSync(join(folder, name), 'wx', 0o400);
    try {
      writeSync(file, content);
      // Published only when complete: until then the other side waits.
      fchmodSync(file, 0o444);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof ForwardingError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw unproven(`its file in ${folder} could not be made (${code})`, error);
  }
}

/**
 * The file system identity of the folder is part of it. An impostor that passes on the demand of
 * another data folder gets nothing that is valid there.
 */
function contentOf({ nonce }: ProofDemand, run: string): string {
  const { dev, ino } = statSync(run, { bigint: true });
  return `${nonce} ${dev} ${ino}`;
}

/**
 * Undefined until the file is complete.
 *
 * @throws ForwardingError UNPROVEN for anything else in its place
 */
function ownerOf(file: string, content: string): number | undefined {
  const seen = statOf(file);
  if (seen === undefined) return undefined;
  // Checked before opening: opening a device or a pipe may hang, or have an effect.
  checkPlain(seen);
  // Not complete yet, and not readable by others: this process may belong to another user.
  if ((seen.mode & 0o7777n) !== 0o444n) return undefined;
  const opened = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const before = fstatSync(opened, { bigint: true });
    const isSame = before.dev === seen.dev && before.ino === seen.ino;
    if (!isSame) throw unproven(`${basename(file)} was replaced while it was checked`);
    checkPlain(before);
    const bytes = Buffer.alloc(content.length + 1);
    const length = readSync(opened, bytes, 0, bytes.length, 0);
    const after = fstatSync(opened, { bigint: true });
    checkPlain(after);
    const isWhole = bytes.toString('latin1', 0, length) === content;
    if (!isWhole || after.uid !== before.uid) throw unproven('its file has other content');
    return Number(before.uid);
  } finally {
    closeSync(opened);
  }
}

function statOf(file: string): BigIntStats | undefined {
  return lstatSync(file, { bigint: true, throwIfNoEntry: false });
}

/**
 * A link to another user's file would prove that user. A file that others may write may have its
 * content from one of them.
 */
function checkPlain(stats: BigIntStats): void {
  if (!stats.isFile()) throw unproven('its file is not a regular file');
  if (stats.nlink !== 1n) throw unproven('its file has a second name (hard link)');
  if ((stats.mode & 0o022n) !== 0n) throw unproven('others may write its file');
}

function unproven(why: string, cause?: unknown): ForwardingError {
  return new ForwardingError(
    'UNPROVEN',
    `could not identify your user to the process that holds the ledger: ${why}. Run the ` +
      'command again, as a user who may write to the folder "run" of the data folder',
    { cause },
  );
}
