import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';

/** An event as a receiver reads it: its type, subject and content. */
export type ReceivedEvent = {
  readonly type: string;
  readonly jti: string;
  readonly subject: Readonly<Record<string, { readonly id?: string; readonly sub?: string }>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The claims of the whole token. */
  readonly claims: Readonly<Record<string, unknown>>;
};

export const ISSUER = 'https://pdp.example.com/tenant1';

/** Verifies a security event using only the issuer's keys. */
export async function readEvent(
  set: string,
  keys: JSONWebKeySet,
  audience: string,
): Promise<ReceivedEvent> {
  const { payload: claims } = await jwtVerify(set, createLocalJWKSet(keys), {
    ...{ issuer: ISSUER, audience, algorithms: ['RS256'], typ: 'secevent+jwt' },
  });
  const events = Object.entries(claims['events'] as object);
  assert.equal(events.length, 1, 'one event per token');
  assert.ok(!('sub' in claims) && !('exp' in claims), 'neither sub nor exp');
  const [[type = '', payload = {}] = []] = events;
  const subject = claims['sub_id'] as ReceivedEvent['subject'];
  const jti = claims.jti as string;
  return { type, jti, subject, payload, claims: { ...claims } };
}

/** An external receiver of pushed events (RFC 8935). */
export class EventReceiver {
  readonly origin: string;
  readonly events: ReceivedEvent[] = [];
  /** The authorization header of each push. */
  readonly shown: (string | undefined)[] = [];
  /** The answer to pushes from now on, if not 202. */
  status = 202;
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  /** `keys` is called when an event arrives. */
  static async start(keys: () => Promise<JSONWebKeySet>, audience: string): Promise<EventReceiver> {
    const server = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
        const body = Buffer.concat(chunks).toString('utf8');
        assert.equal(request.headers['content-type'], 'application/secevent+jwt');
        receiver.shown.push(request.headers.authorization);
        if (receiver.status === 202) {
          receiver.events.push(await readEvent(body, await keys(), audience));
          for (const wake of receiver.#waiting.splice(0)) wake();
        }
        response.writeHead(receiver.status).end();
      })().catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new EventReceiver(server);
    return receiver;
  }

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The first matching event, from before or from now on. */
  async received(fits: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent> {
    for (;;) {
      const found = this.events.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
