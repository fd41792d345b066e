import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import type { SeededRandom } from '../../../../tools/sample/random.ts';

/** Each piece of a stream waits up to this long, so that kills meet requests and answers. */
const DELAY_MS_MAX = 40;

/**
 * Forwards connections to a port of this machine, slowly and in order. While nothing listens there,
 * it accepts connections and ends them at once, as a load balancer does.
 */
export class SlowProxy implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(target: number, random: SeededRandom): Promise<SlowProxy> {
    const sockets = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect({ port: target, host: '127.0.0.1' });
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.once('error', () => undefined);
        socket.once('close', () => {
          sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(slow(random)).pipe(far);
      far.pipe(slow(random)).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SlowProxy(server, sockets);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function slow(random: SeededRandom): Transform {
  return new Transform({
    transform: (piece, _encoding, done) => {
      setTimeout(() => done(null, piece), random.next() * DELAY_MS_MAX);
    },
  });
}
