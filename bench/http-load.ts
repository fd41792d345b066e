import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type Load = {
  readonly url: string;
  readonly path: string;
  readonly token: string;
  readonly body: (n: number) => string;
  readonly connections: number;
  readonly requests: number;
  /** Between two requests on one connection. Undefined: none, so the service is saturated. */
  readonly pauseMs?: number;
  /** Throws unless the answer is the expected one. */
  readonly check: (body: string) => void;
};

export type LoadResult = { readonly seconds: number; readonly latenciesMs: Float64Array };

/**
 * Sends requests over kept-alive connections, one at a time on each. Uses raw sockets, because a
 * client library would take a large part of the two measured cores.
 */
export async function load(options: Load): Promise<LoadResult> {
  const latenciesMs = new Float64Array(options.requests);
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const line = await Line.open(options);
      while (next < options.requests) {
        const at = next++;
        const askedMs = performance.now();
        options.check(await line.ask(options.body(at)));
        latenciesMs[at] = performance.now() - askedMs;
        if (options.pauseMs !== undefined) await pause(options.pauseMs);
      }
      line.close();
    }),
  );
  return { seconds: (performance.now() - started) / 1000, latenciesMs };
}

export function quantile(latenciesMs: Float64Array, share: number): number {
  const sorted = latenciesMs.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

class Line {
  readonly #socket: Socket;
  readonly #head: string;
  #received = '';
  #wanted: { resolve: (body: string) => void; reject: (error: Error) => void } | undefined;

  static async open({ url, path, token }: Load): Promise<Line> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    const head =
      `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n` +
      'content-type: application/json\r\ncontent-length: ';
    return new Line(socket, head);
  }

  private constructor(socket: Socket, head: string) {
    this.#socket = socket;
    this.#head = head;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#take(chunk));
    socket.on('error', (error) => this.#wanted?.reject(error));
    socket.on('close', () => this.#wanted?.reject(new Error('the server closed the connection')));
  }

  ask(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#wanted = { resolve, reject };
      this.#socket.write(`${this.#head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    this.#received += chunk;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = /content-length: (\d+)/i.exec(this.#received.slice(0, end + 2));
    const wholeLength = end + 4 + Number(length?.[1] ?? Number.NaN);
    if (this.#received.length < wholeLength) return;
    const isGood = this.#received.startsWith('HTTP/1.1 200 ');
    const body = this.#received.slice(end + 4, wholeLength);
    this.#received = this.#received.slice(wholeLength);
    const { resolve, reject } = this.#wanted ?? {};
    this.#wanted = undefined;
    if (isGood) resolve?.(body);
    else reject?.(new Error(`answered ${body}`));
  }
}
