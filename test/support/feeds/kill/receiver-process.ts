import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../free-port.ts';
import type { ReceiverKind } from './receiver-options.ts';

const MAIN = join(import.meta.dirname, 'receiver-main.ts');

/** A receiver in a process of its own. What it has taken is in a file, in its order. */
export class ReceiverProcess {
  readonly port: number;
  readonly #kind: ReceiverKind;
  readonly #file: string;
  #child: ChildProcess | undefined;

  private constructor(kind: ReceiverKind, file: string, port: number) {
    this.#kind = kind;
    this.#file = file;
    this.port = port;
  }

  static async start(kind: ReceiverKind, file: string): Promise<ReceiverProcess> {
    const receiver = new ReceiverProcess(kind, file, await freePort());
    await receiver.restart();
    return receiver;
  }

  /** Listens on the same port, and continues the same file. */
  async restart(): Promise<void> {
    const args = [MAIN, this.#kind, String(this.port), this.#file];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    const ready = child.stdout === null ? undefined : once(child.stdout, 'data');
    const end = once(child, 'close').then(() => 'ended');
    assert.notEqual(await Promise.race([ready, end]), 'ended', `${this.#kind} did not start`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  /** Everything that it has taken, with duplicates. */
  items(): readonly (string | number)[] {
    const text = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
    return text.split('\n').flatMap((line) => {
      try {
        return JSON.parse(line) as (string | number)[];
      } catch {
        // A kill cut this line, so its request has no answer.
        return [];
      }
    });
  }
}
