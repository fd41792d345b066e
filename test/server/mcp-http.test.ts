import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { systemClock, systemRandom } from '@countersign/core';
import { type Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { mcpHandler } from '../../apps/countersign/src/mcp/mcp-handler.ts';
import type { McpHost } from '../../apps/countersign/src/mcp/mcp-host.ts';
import { perform } from '../../apps/countersign/src/operations/host/handlers.ts';
import type { Caller } from '../../apps/countersign/src/operators/caller.ts';
import { PseudonymLookup } from '../../apps/countersign/src/operators/pseudonyms/pseudonym-lookup.ts';
import { Pseudonyms } from '../../apps/countersign/src/operators/pseudonyms/pseudonyms.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { withWriter } from '../support/account.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ask, CLIENTS, newClient } from '../support/mcp/clients.ts';
import { ATTACKS, bareTexts, hostileLedger } from '../support/mcp/hostile-ledger.ts';

const ANALYST: Caller = {
  ...{ kind: 'token', who: 'token agent-7', tenants: 'all', people: 'names' },
  scopes: new Set(['events:read', 'coverage:read']),
  provedAtMs: undefined,
};

const PURPOSE = { purpose: 'test over HTTP' };

const root = temporaryFolder('mcp-http');
const recorded: { readonly who: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
const log: string[] = [];
let caller = ANALYST;
let changes: Partial<McpHost> = {};
let data = '';
let server: Server;
let url: URL;

before(async () => {
  data = await hostileLedger(root);
  server = createServer((request, response) => {
    const handler = mcpHandler({ host: { ...host(), ...changes }, hostnames: ['127.0.0.1'] });
    const node = toNodeHandler({ fetch: (given) => handler.fetch(given, caller) });
    void node(request as Parameters<typeof node>[0], response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});

after(() => server.close());

/** The writer is opened for each entry, as the command line does. */
function host(): McpHost {
  return {
    ...{ dataDir: data, clock: systemClock, machineClock: systemClock, random: systemRandom },
    ...{ env: {}, version: '0.0.0' },
    signal: new AbortController().signal,
    log: (line) => log.push(line),
    perform: async ({ who }, { name: operation, ...rest }, input) => {
      recorded.push({ who, input: Object.fromEntries(Object.entries(input)) });
      return withWriter(data, async (writer) => {
        const actor = { who, host: 'test', version: '0.0.0' };
        const given = { operation, input, mode: 'perform', tenant: null, who } as const;
        const hooks = { signal: new AbortController().signal, progress: () => undefined };
        const by = { actor, random: systemRandom, env: {}, workers: 1, hooks };
        assert.equal(rest.runsIn, 'ledger');
        return (await perform(writer, given, by)) as never;
      });
    },
  };
}

async function withAgent<T>(
  use: (client: Client) => Promise<T>,
  options: Parameters<typeof newClient>[0] = {},
): Promise<T> {
  const client = newClient(options);
  await client.connect(new StreamableHTTPClientTransport(url));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

for (const [name, options] of CLIENTS) {
  test(`${name} asks over HTTP with the scopes of its token, as that token`, async () => {
    recorded.length = 0;
    await withAgent(async (client) => {
      const names = (await client.listTools()).tools.map(({ name: tool }) => tool);
      assert.deepEqual(names, [
        ...['timeline', 'coverage', 'verified', 'reconcile', 'list_unaccounted', 'query_sql'],
      ]);
      const { answer, texts } = await ask(client, 'timeline', PURPOSE);
      assert.equal(answer.rows, 3);
      assert.ok(texts[1]?.includes(ATTACKS.app));
      assert.ok(!bareTexts(answer).some((text) => text.includes(ATTACKS.app)));
      await assert.rejects(
        client.callTool({ name: 'show_entry', arguments: PURPOSE }),
        /show_entry/,
      );
    }, options);
    assert.deepEqual(
      recorded.map(({ who }) => who),
      ['token agent-7'],
    );
    assert.equal(recorded[0]?.input['tool'], 'timeline');
  });
}

test('a call whose entry cannot be written tells nothing', async (t) => {
  t.after(() => {
    changes = {};
  });
  changes = {
    perform: async () => {
      throw new Error('the disk is full');
    },
  };
  await withAgent(async (client) => {
    await assert.rejects(ask(client, 'timeline', PURPOSE), (error: Error) => {
      assert.match(error.message, /NOT_RECORDED/);
      assert.ok(!error.message.includes(ATTACKS.app));
      return true;
    });
  });
  assert.ok(log.some((line) => line.includes('the disk is full')));
});

test('a call that takes too long ends with an error, and is an entry', async (t) => {
  t.after(() => {
    changes = {};
  });
  changes = { callMsMax: 1 };
  recorded.length = 0;
  await withAgent(async (client) => {
    const sql = 'SELECT count(*) AS n FROM events a, events b, events c';
    await assert.rejects(ask(client, 'query_sql', { ...PURPOSE, sql }), /takes longer/);
  });
  assert.equal(recorded[0]?.input['answer'], 'error');
});

test('no answer names a folder of this machine', async () => {
  await withAgent(async (client) => {
    const sql = "SELECT * FROM events WHERE operation = 'none'";
    const { texts } = await ask(client, 'query_sql', { ...PURPOSE, sql });
    assert.match(texts[1] ?? '', /no row of the data folder fits/);
    assert.ok(!texts.join('').includes(root));
  });
});

test('a page of another origin, a large body and another method are refused', async () => {
  const post = (body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        ...headers,
      },
      body,
    });
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
  assert.equal((await post(list)).status, 200);
  assert.equal((await post(list, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await post(`"${'x'.repeat(300_000)}"`)).status, 413);
  assert.equal((await fetch(url)).status, 405);
});

test('an agent sees pseudonyms, asks about one, and learns no name', async (t) => {
  t.after(() => {
    caller = ANALYST;
    changes = {};
  });
  caller = { ...ANALYST, scopes: 'all', people: 'pseudonyms' };
  const pseudonyms = Pseudonyms.open(data, systemRandom);
  const store = await StoreReader.open(data);
  t.after(() => store.close());
  const lookup = new PseudonymLookup({
    ...{ pseudonyms, names: () => store.aliasValues(), version: () => store.cursor },
  });
  const people = {
    hide: (value: unknown) => pseudonyms.hide(value),
    nameOf: (name: string) => lookup.nameOf(name),
  };
  changes = { people };
  await withAgent(async (client) => {
    const all = await ask(client, 'timeline', PURPOSE);
    assert.equal(all.answer.rows, 3);
    const [pseudonym = ''] = /person-[0-9a-f]{16}/.exec(all.texts[1] ?? '') ?? [];
    assert.equal(pseudonym, pseudonyms.of('ada@example.org'));
    const one = await ask(client, 'timeline', { ...PURPOSE, user: pseudonym });
    assert.equal(one.answer.rows, 3);
    const findings = await ask(client, 'list_findings', PURPOSE);
    assert.ok(findings.answer.rows > 0);
    for (const { texts } of [all, one, findings]) {
      assert.doesNotMatch(texts.join(''), /ada/i);
      assert.doesNotMatch(texts[1] ?? '', /withheld/);
    }
    const stranger = { ...PURPOSE, user: 'person-0000000000000000' };
    await assert.rejects(ask(client, 'timeline', stranger), /NO_SUCH_PERSON/);
  });
});

test('without pseudonyms, no tool tells about people', async (t) => {
  t.after(() => {
    caller = ANALYST;
  });
  caller = { ...ANALYST, scopes: 'all', people: 'pseudonyms' };
  await withAgent(async (client) => {
    const names = (await client.listTools()).tools.map(({ name }) => name);
    assert.ok(names.includes('coverage') && !names.includes('timeline'));
    for (const name of ['coverage', 'verified', 'rule_health', 'gate_status']) {
      const { texts } = await ask(client, name, {});
      assert.doesNotMatch(texts[1] ?? '', /ada@example\.org/, name);
      assert.doesNotMatch(texts[1] ?? '', /cannot prove that none/, 'reasons may name people');
    }
  });
});
