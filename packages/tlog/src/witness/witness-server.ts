import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@countersign/core';
import {
  WITNESS_BODY_BYTES_MAX,
  WITNESS_CONNECTIONS_MAX,
  WITNESS_REQUEST_TIMEOUT_MS,
} from '../limits.ts';
import { cosignatureSigner } from '../notes/cosignature.ts';
import { verifierOf } from '../notes/signature-types.ts';
import { TEXT_TYPE, Witness } from './witness.ts';
import { FileWitnessStore, type WitnessStore } from './witness-store.ts';

export type ServeWitnessOptions = {
  readonly listen: { readonly host: string; readonly port: number };
  /** The folder with the witness's whole state. Only one process may use it at a time. */
  readonly stateDir: string;
  /** Verifier keys of the logs that the witness cosigns. */
  readonly logs: readonly string[];
  readonly key: { readonly name: string; readonly privateKey: KeyObject };
  readonly clock: Clock;
  /** Receives each internal failure. The caller sees only status 500. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
};

export type WitnessServer = {
  /** Submission and monitoring prefix, without a slash at the end. */
  readonly url: string;
  readonly vkey: string;
  close(): Promise<void>;
};

const requireBuiltin = createRequire(import.meta.url);

type Reply = { readonly status: number; readonly contentType: string; readonly body: string };

/**
 * Runs a C2SP tlog-witness until it is closed.
 * @throws TlogError WITNESS_STATE, MALFORMED_KEY, UNSUPPORTED_KEY
 */
export async function serveWitness(options: ServeWitnessOptions): Promise<WitnessServer> {
  const { listen, stateDir, key, clock } = options;
  const logs = options.logs.map((vkey) => verifierOf(vkey));
  const signer = cosignatureSigner(key.name, key.privateKey, clock);
  const store = new FileWitnessStore(stateDir);
  try {
    const witness = new Witness({ logs, signer, store });
    const server = witnessHttpServer(witness, options.onFailure);
    server.listen(listen.port, listen.host);
    await once(server, 'listening');
    return { url: urlOf(server), vkey: signer.key.vkey, close: () => close(server, store) };
  } catch (error) {
    store.close();
    throw error;
  }
}

/** The HTTP server of a witness, without its state, for callers that store the state elsewhere. */
export function witnessHttpServer(
  witness: Witness,
  onFailure: ((error: unknown) => void) | undefined,
): Server {
  // An import statement would read every export of node:http, and one of them loads undici: 35 ms
  // of CPU time in each process and thread that uses this package.
  const { createServer } = requireBuiltin('node:http') as typeof import('node:http');
  const server = createServer(
    {
      requestTimeout: WITNESS_REQUEST_TIMEOUT_MS,
      headersTimeout: WITNESS_REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: WITNESS_REQUEST_TIMEOUT_MS / 4,
    },
    (request, response) => {
      replyTo(request, witness)
        .catch((error: unknown) => {
          onFailure?.(error);
          return text(500, 'the witness failed and cosigned nothing');
        })
        .then((reply) => send(response, reply))
        // The caller disconnected, so there is no one to report the error to.
        .catch(() => response.destroy());
    },
  );
  server.maxConnections = WITNESS_CONNECTIONS_MAX;
  return server;
}

async function replyTo(request: IncomingMessage, witness: Witness): Promise<Reply> {
  const path = request.url ?? '';
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return text(405, 'submit checkpoints with POST');
    const body = await readBody(request);
    return body === undefined
      ? text(413, `a request has at most ${WITNESS_BODY_BYTES_MAX} bytes`)
      : witness.addCheckpoint(body);
  }
  const hash = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path)?.[1];
  if (hash === undefined) return text(404, 'not found');
  return request.method === 'GET' ? witness.latest(hash) : text(405, 'read checkpoints with GET');
}

/** Returns undefined for a body that is too large, and discards the rest. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > WITNESS_BODY_BYTES_MAX) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // `destroyOnReturn` would close the connection before the response is sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > WITNESS_BODY_BYTES_MAX) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, contentType, body }: Reply): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // The rest of an unread body must not be parsed as another request.
    ...(response.req.complete ? {} : { connection: 'close' }),
  });
  response.end(body);
}

function text(status: number, what: string): Reply {
  return { status, contentType: TEXT_TYPE, body: `${what}\n` };
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function close(server: Server, store: { close(): void } & WitnessStore): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  store.close();
}
