import { once } from 'node:events';
import type { Socket } from 'node:net';
import { CLOSE_MS_MAX, KEEP_ALIVE_MS, WRITE_MS_MAX } from './limits.ts';

/**
 * One connection to a receiver, over TLS or plain TCP. Syslog receivers never answer, so the end of
 * the connection is the only sign that they stopped.
 */
export class SyslogConnection {
  readonly #socket: Socket;
  #broken: ConnectionBreak | undefined;

  /** @param socket connected; the connection owns it */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setTimeout(WRITE_MS_MAX);
    socket.on('timeout', () => {
      // Silence is a fault only while the receiver should take bytes.
      if (socket.writableLength > 0) this.#break('it takes no more data', 'STUCK');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#break(error.message, error.code ?? error.name);
    });
    // A receiver that closes its half reads no more either.
    socket.on('end', () => this.#break('it closed the connection', 'END'));
    socket.on('close', () => this.#break('the connection ended', 'CLOSE'));
    socket.resume();
  }

  /** Why the connection can no longer be used. Undefined while it can. */
  get broken(): ConnectionBreak | undefined {
    return this.#broken;
  }

  /**
   * Resolves when the operating system has taken all bytes. So a slow receiver slows down the feed.
   *
   * @throws Error if the connection broke; part of the text may have been sent
   */
  async write(text: string, signal: AbortSignal): Promise<void> {
    const socket = this.#socket;
    const abort = (): void => this.#break('Countersign stopped the feed', 'ABORT');
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (): void => reject(new Error(this.#broken?.because ?? 'the connection ended'));
        if (this.#broken !== undefined) return fail();
        socket.once('close', fail);
        socket.write(text, 'utf8', (error) => {
          socket.off('close', fail);
          if (error) reject(error);
          else resolve();
        });
      });
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /**
   * Sends `close_notify` (RFC 5425 section 4.4) and the end of the stream. Resolves once the
   * receiver has closed its half too: it has then read everything. Never rejects.
   *
   * @returns whether the receiver did so in time
   */
  async close(): Promise<boolean> {
    const socket = this.#socket;
    if (socket.closed || this.#broken !== undefined) {
      socket.destroy();
      return false;
    }
    const ended = once(socket, 'end', { signal: AbortSignal.timeout(CLOSE_MS_MAX) });
    socket.end();
    const isClean = await ended.then(
      () => true,
      () => false,
    );
    socket.destroy();
    return isClean;
  }

  #break(because: string, code: string): void {
    this.#broken ??= { because, code };
    this.#socket.destroy();
  }
}

export type ConnectionBreak = {
  readonly because: string;
  /** As of the operating system, or `END`, `CLOSE`, `STUCK`, `ABORT`. */
  readonly code: string;
};
