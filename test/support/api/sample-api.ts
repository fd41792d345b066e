import { join } from 'node:path';
import { systemClock, systemRandom } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger/reader';
import { contentFolder } from '../../../apps/countersign/src/config/installed-package.ts';
import { runLedgerOperation } from '../../../apps/countersign/src/operations/host/run-command.ts';
import { importRecords } from '../../../apps/countersign/src/operations/ingest/import.ts';
import { AnswerCache } from '../../../apps/countersign/src/operations/readers/answer-cache.ts';
import {
  loadLedgerOperation,
  loadOperations,
} from '../../../apps/countersign/src/operations/registry.ts';
import type { Caller } from '../../../apps/countersign/src/operators/caller.ts';
import { ApiApp } from '../../../apps/countersign/src/server/api/api-app.ts';
import type { PerformWork } from '../../../apps/countersign/src/server/api/api-parts.ts';
import { KeptReplies } from '../../../apps/countersign/src/server/api/http/kept-replies.ts';
import { ApiMeasures } from '../../../apps/countersign/src/server/api/measures/api-measures.ts';
import { StoreReader } from '../../../apps/countersign/src/store/store-reader.ts';

export const EVERYONE: Caller = {
  kind: 'token',
  who: 'token everything',
  scopes: 'all',
  tenants: 'all',
  people: 'names',
  provedAtMs: undefined,
};

export type SampleApi = AsyncDisposable & {
  readonly dir: string;
  /** Sends a request as the caller that a token names. */
  readonly send: (path: string, init?: RequestInit) => Promise<Response>;
  /** Callers by their token. Tests add and remove some. */
  readonly callers: Map<string, Caller>;
  readonly failures: unknown[];
};

/** The HTTP interface over a ledger of `content/sample`, in this process. */
export async function sampleApi(root: string): Promise<SampleApi> {
  const dir = join(root, 'data');
  await write(dir, 'importer')(
    {
      operation: importRecords.name,
      input: { paths: [join(contentFolder(), 'sample')] },
      tenant: undefined,
      who: 'test',
    },
    new AbortController().signal,
  );
  const clock = systemClock;
  const ledger = await LedgerReader.open(dir);
  const store = await StoreReader.open(dir, { clock });
  const keptReplies = new KeptReplies(join(dir, 'service', 'api.sqlite'), clock);
  const callers = new Map<string, Caller>([['everything', EVERYONE]]);
  const failures: unknown[] = [];
  const app = new ApiApp({
    ...{ dataDir: dir, version: '0.0.0', clock, machineClock: clock, env: {}, keptReplies },
    random: systemRandom,
    reach: 'loopback',
    operations: await loadOperations(),
    authenticator: {
      authenticate: ({ headers }) => {
        const token = headers.get('authorization')?.replace('Bearer ', '') ?? '';
        const caller = callers.get(token);
        return caller === undefined
          ? { kind: 'refused', challenge: 'Bearer', because: 'no such token' }
          : { kind: 'caller', caller };
      },
      stillValid: (caller) => [...callers.values()].includes(caller),
    },
    pseudonymize: () => 'hidden',
    nameOf: async () => undefined,
    perform: (work, signal) => write(dir, work.who)(work, signal),
    mcp: { fetch: async () => new Response(null, { status: 404 }) },
    authorizationServers: [],
    mainPage: async (name) => ({ status: 200, type: 'text/plain', body: `${name}\n` }),
    measures: new ApiMeasures(clock),
    moreMetrics: async () => [],
    shared: { ledger, store, answers: new AnswerCache(clock) },
    cursorKey: new Uint8Array(32).fill(7),
    onFailure: (error) => failures.push(error),
  });
  return {
    ...{ dir, callers, failures },
    send: (path, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('host', '127.0.0.1:8480');
      if (!headers.has('authorization')) headers.set('authorization', 'Bearer everything');
      const request = new Request(`http://127.0.0.1:8480${path}`, { ...init, headers });
      return app.fetch(request, { address: '127.0.0.1', isSecure: false });
    },
    [Symbol.asyncDispose]: async () => {
      app.close();
      keptReplies.close();
      ledger.close();
      store.close();
    },
  };
}

function write(dir: string, who: string): PerformWork {
  return async ({ operation: name, input, tenant }, signal) => {
    const operation = await loadLedgerOperation(name);
    if (operation === undefined) throw new Error(`no operation ${name}`);
    return runLedgerOperation({
      ...{ dir, operation, input, tenant, who, signal, version: '0.0.0', mode: 'perform' },
      ...{ clock: systemClock, random: systemRandom, env: {}, keyFile: undefined },
      ...{ acceptFork: undefined, stdin: (async function* () {})() },
      ...{ progress: () => {}, waiting: () => {}, finishing: () => {} },
    });
  };
}
