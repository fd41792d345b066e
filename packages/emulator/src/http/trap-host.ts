import { type Server, serve } from './http-server.ts';
import { Router } from './router.ts';

/** A host that no client is configured with. A visitor followed a link that it should not. */
export type Trap = {
  readonly origin: string;
  /** Number of visits, and of those with a token. */
  readonly visits: () => { readonly all: number; readonly withToken: number };
  stop(): Promise<void>;
};

export async function setTrap(now: () => number): Promise<Trap> {
  let all = 0;
  let withToken = 0;
  const router = new Router().otherwise((ask) => {
    all++;
    if (ask.headers['authorization'] !== undefined) withToken++;
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '[]' };
  });
  const sleep = (): Promise<void> => Promise.resolve();
  const server: Server = await serve({ router, port: 0, now, sleep });
  return {
    origin: server.origin,
    visits: () => ({ all, withToken }),
    stop: () => server.stop(),
  };
}
