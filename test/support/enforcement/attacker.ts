/**
 * One kind of attack on an HTTP listener, in its own process:
 *
 *   node test/support/enforcement/attacker.ts KIND CONNECTIONS PORT TOKEN SECONDS
 *
 * Loopback only, with this many concurrent connections for this many seconds. Reopens connections
 * that the listener closes, two hundred per second. Sends a message when all were open.
 */
import { connect, type Socket } from 'node:net';
import process from 'node:process';

const HOST = '127.0.0.1';
/** The maximum size of a body, minus one byte: it never ends. */
const STALLED_BYTES = 4 * 1024 * 1024 - 1;
const SPACES = Buffer.alloc(STALLED_BYTES, ' ');
const GO_ON_MS = 1000;
const AGAIN = { everyMs: 50, connections: 10 };
/** More at once would overflow the queue of the listening socket, which is not under test. */
const CONNECTING_MAX = 64;

export const ATTACKS = ['idle', 'slow-headers', 'slow-bodies', 'large-bodies'] as const;
export type Attack = (typeof ATTACKS)[number];

const [kind, connections, port, token, seconds] = process.argv.slice(2);
const open = new Set<Socket>();
let waiting = Number(connections);
let closed = 0;
let connecting = 0;
let isReady = false;

function head(length: number): string {
  return (
    `POST /access/v1/evaluations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
    `content-type: application/json\r\ncontent-length: ${length}\r\n`
  );
}

/** Returns a function that continues the attack, once per second. */
function begin(socket: Socket): (() => void) | undefined {
  switch (kind as Attack) {
    case 'idle':
      return undefined;
    case 'slow-headers':
      socket.write(head(STALLED_BYTES));
      return () => socket.write('x: y\r\n');
    case 'slow-bodies':
      socket.write(`${head(STALLED_BYTES)}\r\n`);
      return () => socket.write(' ');
    case 'large-bodies':
      socket.write(`${head(STALLED_BYTES + 1)}\r\n`);
      socket.write(SPACES);
      return undefined;
  }
}

function connectNext(): void {
  while (waiting > 0 && connecting < CONNECTING_MAX) {
    waiting -= 1;
    connecting += 1;
    const socket = connect({ host: HOST, port: Number(port) });
    let goOn: (() => void) | undefined;
    socket.once('connect', () => {
      connecting -= 1;
      open.add(socket);
      goOn = begin(socket);
      connectNext();
      if (!isReady && waiting === 0 && connecting === 0) {
        isReady = true;
        process.send?.('ready');
      }
    });
    const timer = setInterval(() => goOn?.(), GO_ON_MS);
    socket.on('error', () => undefined);
    socket.resume();
    socket.once('close', () => {
      clearInterval(timer);
      if (!open.delete(socket)) connecting -= 1;
      closed += 1;
    });
  }
}

setInterval(() => {
  const again = Math.min(closed, AGAIN.connections);
  closed -= again;
  waiting += again;
  connectNext();
}, AGAIN.everyMs);
const end = (): boolean => process.kill(process.pid, 'SIGKILL');
setTimeout(end, Number(seconds) * 1000);
process.on('disconnect', end);
connectNext();
