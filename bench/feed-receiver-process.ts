import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';

/** Where the receivers of one worker listen. */
export type ReceiverPorts = { readonly http: number; readonly tls: number };

/** The answers of a webhook's receiver, of Splunk and of Sentinel to what they accept. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume().on('end', () => {
    const { url = '' } = request;
    if (url.endsWith('/oauth2/v2.0/token')) {
      const token = { token_type: 'Bearer', expires_in: 3600, access_token: 'token' };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(token));
    } else if (url.startsWith('/dataCollectionRules/')) {
      response.writeHead(204).end();
    } else {
      response.end('{"text":"Success","code":0}');
    }
  });
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

// In its own thread, it accepts everything at once, and costs the feeds' thread nothing.
const { cert, key } = workerData as { readonly cert: string; readonly key: string };
const http = await listening(createServer(answer));
const tls = await listening(createTlsServer({ cert, key }, (socket) => void socket.resume()));
parentPort?.postMessage({ http, tls } satisfies ReceiverPorts);
