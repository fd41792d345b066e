import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RequestThread, type ThreadFailure, type ThreadMonitor } from '@countersign/core';
import { TlogError, type TlogErrorCode } from '@countersign/tlog';
import { LedgerError, type LedgerErrorCode } from '../errors.ts';
import type { Frame } from '../journal/journal-frame.ts';
import type { Integrator } from './integrator.ts';

/** Turns frames into log and archive, on the calling thread or in its own. One call at a time. */
export type FrameIntegrator = Pick<
  Integrator,
  'size' | 'root' | 'integrate' | 'removeStalePartials' | 'rewriteWithout'
> & { readonly close: () => void | Promise<void> };

export type IntegratorSetup = { readonly dir: string; readonly size: number };

export type IntegratorRequest =
  | { readonly kind: 'open' }
  | { readonly kind: 'integrate'; readonly frames: readonly Uint8Array[] }
  | { readonly kind: 'remove-partials' }
  | { readonly kind: 'rewrite-without'; readonly erase: ReadonlySet<number> }
  | { readonly kind: 'close' };

export type IntegratorState = { readonly size: number; readonly root: Uint8Array };

/**
 * The integrator in its own thread. A thread that answers decisions must not hash, compress and
 * write files: one round takes tens of milliseconds. Frames cross as bytes, without a copy.
 */
export class IntegratorThread implements FrameIntegrator {
  readonly #thread: RequestThread<IntegratorRequest, IntegratorState>;
  #size: number;
  #root: Buffer = Buffer.alloc(0);

  private constructor(setup: IntegratorSetup, monitor: ThreadMonitor) {
    // The published package contains this file and the worker file as compiled JavaScript.
    const extension = extname(fileURLToPath(import.meta.url));
    const file = new URL(`./integrator-worker${extension}`, import.meta.url);
    this.#size = setup.size;
    this.#thread = new RequestThread({ name: 'integrator', file, setup, monitor, errorOf });
  }

  /** Continues the log from its checkpoint. No other integrator may be open. */
  static async open(setup: IntegratorSetup, monitor: ThreadMonitor): Promise<IntegratorThread> {
    const thread = new IntegratorThread(setup, monitor);
    await thread.#ask({ kind: 'open' });
    return thread;
  }

  get size(): number {
    return this.#size;
  }

  root(): Buffer {
    return this.#root;
  }

  /** Takes the bytes of the frames. They are empty on this thread afterwards. */
  async integrate(frames: readonly Frame[]): Promise<void> {
    if (frames.length === 0) return;
    const parts = frames.map(({ bytes }) => ownBytes(bytes));
    await this.#ask(
      { kind: 'integrate', frames: parts },
      parts.map(({ buffer }) => buffer),
    );
  }

  async removeStalePartials(): Promise<void> {
    await this.#ask({ kind: 'remove-partials' });
  }

  async rewriteWithout(erase: ReadonlySet<number>): Promise<void> {
    await this.#ask({ kind: 'rewrite-without', erase });
  }

  async close(): Promise<void> {
    // A thread that failed holds no file that matters.
    await this.#thread.ask({ kind: 'close' }).catch(() => {});
    await this.#thread.close();
  }

  async #ask(request: IntegratorRequest, transfer: readonly ArrayBuffer[] = []): Promise<void> {
    const { size, root } = await this.#thread.ask(request, transfer);
    this.#size = size;
    this.#root = Buffer.from(root);
  }
}

/** Only whole buffers can be transferred: a view would take the rest of its buffer with it. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length;
  return isWhole ? new Uint8Array(buffer) : new Uint8Array(bytes);
}

function errorOf({ name, code, message, data }: ThreadFailure): Error {
  if (name === 'LedgerError') return new LedgerError(code as LedgerErrorCode, message, { data });
  if (name === 'TlogError') return new TlogError(code as TlogErrorCode, message, { data });
  return Object.assign(new Error(message), { code });
}
