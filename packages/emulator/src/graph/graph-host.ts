import type { Reply } from '../http/http-server.ts';
import { Router } from '../http/router.ts';
import { type GraphOptions, GraphService } from './graph-service.ts';

/** Graph as a service that the emulator listens for. */
export function graphHost(options: GraphOptions): {
  readonly name: 'graph';
  readonly router: Router;
  readonly refuse: () => Reply;
} {
  const service = new GraphService(options);
  const router = new Router().otherwise((ask) => service.answer(ask));
  return { name: 'graph', router, refuse };
}

function refuse(): Reply {
  return {
    status: 429,
    headers: { 'content-type': 'application/json', 'retry-after': '10' },
    body: JSON.stringify({ error: { code: 'TooManyRequests', message: 'Too many requests.' } }),
  };
}
