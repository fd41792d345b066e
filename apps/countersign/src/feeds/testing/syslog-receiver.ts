import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { FrameParser, type ParsedMessage } from './syslog-parser.ts';

/** A receiver on loopback that reads frames, and answers nothing. */
export class SyslogReceiver implements AsyncDisposable {
  readonly messages: ParsedMessage[] = [];
  readonly sockets: Socket[] = [];
  /** How connections ended: `end` after an orderly end of the sender, else `error`. */
  readonly ends: string[] = [];
  readonly port: number;
  readonly #server: Server;
  readonly #waiters: { count: number; resolve: () => void }[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @param tls undefined: plain TCP */
  static async start(
    tls?: TlsOptions,
    reading: 'reads' | 'waits' = 'reads',
  ): Promise<SyslogReceiver> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      receiver.#receive(socket, reading);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new SyslogReceiver(server);
    return receiver;
  }

  /** Resolves when this many messages have arrived in all. */
  received(count: number): Promise<void> {
    if (this.messages.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ count, resolve }));
  }

  /** Ends all connections without a word, as a killed receiver does. */
  cut(): void {
    for (const socket of this.sockets.splice(0)) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #receive(socket: Socket, reading: 'reads' | 'waits'): void {
    const parser = new FrameParser();
    this.sockets.push(socket);
    socket.on('error', () => this.ends.push('error'));
    socket.on('end', () => this.ends.push(parser.restBytes === 0 ? 'end' : 'cut'));
    socket.on('data', (piece: Buffer) => {
      this.messages.push(...parser.add(piece));
      for (const { count, resolve } of this.#waiters) if (this.messages.length >= count) resolve();
    });
    if (reading === 'waits') socket.pause();
  }
}
