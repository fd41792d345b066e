import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { Clock, Random } from '@countersign/core';
import { CallerProofs } from './caller-proof.ts';
import { type AnswerLine, type Command, errorLine, parseWork } from './command.ts';
import { ForwardingError } from './errors.ts';
import { PROGRESS_EVERY_MS, WAITING_WORK_MAX, WORK_BYTES_MAX } from './limits.ts';
import { type SocketPath, socketPathOf } from './socket-path.ts';

export type WorkHooks = {
  /**
   * MUST be awaited before the first effect of the work. The caller then knows that it has started,
   * and never repeats work that a crash interrupted as if it were untouched.
   */
  begin(): Promise<void>;
  /** Aborted when the caller disconnects: stop after the current batch. */
  readonly signal: AbortSignal;
  progress(progress: unknown): void;
};

/**
 * Runs a command and resolves with its result as plain JSON. `who` is the proved account of the
 * caller. MAY be called concurrently. MAY reject with ForwardingError NOT_TAKEN before it has
 * started: the caller then looks for the ledger again.
 */
export type Perform = (work: Command, hooks: WorkHooks) => Promise<unknown>;

/**
 * Serves the data folder's socket for the process that holds its lock. Only that process may open
 * it: an existing file at the path is left over from a killed host.
 */
export class ForwardingServer {
  readonly #server: Server;
  readonly #socket: SocketPath;
  readonly #perform: Perform;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #proofs: CallerProofs;
  readonly #working = new Set<Promise<void>>();
  #isClosing = false;

  static async open(options: {
    socketFile: string;
    perform: Perform;
    clock: Pick<Clock, 'monotonic'>;
    random: Random;
  }): Promise<ForwardingServer> {
    const { socketFile } = options;
    // Until its own mode is set below, the folder's mode protects the socket.
    mkdirSync(dirname(socketFile), { recursive: true, mode: 0o700 });
    rmSync(socketFile, { force: true });
    const server = new ForwardingServer(options, socketPathOf(socketFile));
    await server.#listen();
    chmodSync(socketFile, 0o600);
    return server;
  }

  private constructor(
    options: {
      socketFile: string;
      perform: Perform;
      clock: Pick<Clock, 'monotonic'>;
      random: Random;
    },
    socket: SocketPath,
  ) {
    this.#proofs = new CallerProofs(options.socketFile, options);
    this.#perform = options.perform;
    this.#clock = options.clock;
    this.#socket = socket;
    // An import statement would read every export of node:http, and one of them loads undici.
    this.#server = process.getBuiltinModule('node:http').createServer((request, response) => {
      const working = this.#handle(request, response).finally(() => this.#working.delete(working));
      this.#working.add(working);
    });
  }

  /** Number of running and waiting commands of other processes. */
  get pending(): number {
    return this.#working.size;
  }

  /** Accepts no more work, finishes the accepted work, and removes the socket. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    while (this.#working.size > 0) await Promise.all(this.#working);
    this.#server.closeAllConnections();
    await closed;
    this.#proofs.close();
    this.#socket.release();
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen({ path: this.#socket.path }, resolve);
    });
  }

  /** Never rejects: each failure becomes a reply, unless the caller is gone. */
  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    if (this.#isClosing || this.#working.size >= WAITING_WORK_MAX) {
      response.writeHead(503).end();
      return;
    }
    if (request.method !== 'POST' || request.url !== '/work') {
      response.writeHead(404).end();
      return;
    }
    try {
      const work = parseWork(await readBody(request));
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      // At once, so that the caller knows that its work is accepted and only has to wait.
      response.flushHeaders();
      const who = await this.#prove(response);
      await this.#answer({ ...work, who }, response);
    } catch (error) {
      if (!response.headersSent) response.writeHead(400);
      response.end(textOf(errorLine(error)));
    }
  }

  async #prove(response: ServerResponse): Promise<string> {
    const gone = new AbortController();
    const end = (): void => gone.abort();
    response.once('close', end);
    try {
      const demand = this.#proofs.demand();
      await writeLine(response, { kind: 'prove', ...demand });
      return await this.#proofs.caller(demand, gone.signal);
    } finally {
      response.off('close', end);
    }
  }

  async #answer(work: Command, response: ServerResponse): Promise<void> {
    const controller = new AbortController();
    const gone = (): void => controller.abort();
    response.once('close', gone);
    let lastMs = Number.NEGATIVE_INFINITY;
    const progress = (state: unknown): void => {
      const now = this.#clock.monotonic();
      if (now - lastMs < PROGRESS_EVERY_MS || response.writableNeedDrain) return;
      lastMs = now;
      response.write(textOf({ kind: 'progress', progress: state }));
    };
    const begin = (): Promise<void> => writeLine(response, { kind: 'begun' });
    try {
      const result = await this.#perform(work, { signal: controller.signal, begin, progress });
      response.end(textOf({ kind: 'result', result }));
    } catch (error) {
      const isNotTaken = error instanceof ForwardingError && error.code === 'NOT_TAKEN';
      if (!isNotTaken) throw error;
      // No line was sent, so for the caller there is no host.
      response.destroy();
    } finally {
      response.off('close', gone);
    }
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > WORK_BYTES_MAX) {
      throw new ForwardingError(
        'MALFORMED',
        `the command is larger than ${WORK_BYTES_MAX} bytes: give a folder instead of its files`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function writeLine(response: ServerResponse, line: AnswerLine): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    response.write(textOf(line), (error) => (error ? reject(error) : resolve()));
  });
}

function textOf(line: AnswerLine): string {
  return `${JSON.stringify(line)}\n`;
}
