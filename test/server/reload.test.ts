import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LedgerReader, parseLeaf } from '@countersign/ledger';
import { countersign } from '../support/command-line.ts';
import { EndpointNode } from '../support/enforcement/endpoint-node.ts';
import { writeContent } from '../support/enforcement/enforcement-content.ts';
import { WEBHOOK_SECRET, WebhookReceiver } from '../support/feeds/webhook-receiver.ts';
import { temporaryFolder } from '../support/folders.ts';

const CLIENTS = 4;
const RELOADS = 10;
/** No answer at all: callers give up earlier, but a busy machine may be slow. */
const REPLY_MS_MAX = 10_000;
const root = temporaryFolder('reload');
const ENV = { HOOK_SECRET: WEBHOOK_SECRET };

const REQUEST = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
};

type Report = {
  readonly sha256: string | null;
  readonly applied: readonly string[];
  readonly needsRestart: readonly string[];
  readonly problems: readonly string[];
  readonly entry: number | null;
};

async function startNode(name: string): Promise<EndpointNode> {
  const { policies, directory } = writeContent(root, 'records');
  const tool = { name: 'records', token: 'token-1', enforcementPoint: 'records' };
  const tools = [{ ...tool, resources: '[{ type: record }]' }];
  return EndpointNode.start(join(root, name), { policies, directory, tools, env: ENV });
}

function feed(name: string, url: string): string {
  return `  - name: ${name}
    kind: webhook
    url: ${url}
    secrets: [{env: HOOK_SECRET}]
    kinds: [decision, config]
    start: beginning
    allow: [loopback]
`;
}

async function reloaded(dir: string): Promise<{ code: number | null; report: Report }> {
  const { code, stdout, stderr } = await countersign(['reload', '--data', dir, '--json']);
  assert.match(stdout, /^\{/, stderr);
  return { code, report: JSON.parse(stdout) as Report };
}

/** Decides until it is stopped. Every request gets a permit in time, or the test fails. */
class Callers {
  readonly permits: string[] = [];
  readonly failures: string[] = [];
  readonly #node: EndpointNode;
  readonly #running: Promise<void>[];
  #isOver = false;

  constructor(node: EndpointNode) {
    this.#node = node;
    this.#running = Array.from({ length: CLIENTS }, () => this.#ask());
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      const late = AbortSignal.timeout(REPLY_MS_MAX);
      const isLate = new Promise<undefined>((resolve) => {
        late.addEventListener('abort', () => resolve(undefined));
      });
      const asking = this.#node.ask('/access/v1/evaluation', REQUEST).catch(String);
      const reply = await Promise.race([asking, isLate]);
      const permit =
        typeof reply === 'object' && reply.status === 200
          ? (reply.body as { decision: boolean; context: { id: string } })
          : undefined;
      if (permit?.decision === true) this.permits.push(permit.context.id);
      else this.failures.push(JSON.stringify(reply ?? 'late'));
      // One core stays for the reload itself.
      await pause(2);
    }
  }
}

async function decisionIds(dir: string): Promise<ReadonlySet<string>> {
  const reader = await LedgerReader.open(dir);
  const ids = new Set<string>();
  try {
    for await (const batch of reader.scan({ from: 0 })) {
      for (let position = 0; position < batch.count; position++) {
        const { kind, id } = parseLeaf(batch.leaf(position));
        if (kind === 'decision') ids.add(id);
      }
    }
  } finally {
    reader.close();
  }
  return ids;
}

test(`${RELOADS} reloads of feeds drop no decision, and each has its entry`, async () => {
  await using receiver = new WebhookReceiver();
  await receiver.start();
  const node = await startNode('decisions');
  const file = `${node.dir}.yaml`;
  const before = readFileSync(file, 'utf8');
  const callers = new Callers(node);
  const digests: string[] = [];
  const entries: number[] = [];
  for (let number = 0; number < RELOADS; number++) {
    const url = `${receiver.url}?version=${number}`;
    const text = `${before}feeds:\n${feed('soc', url)}`;
    writeFileSync(file, text);
    const { code, report } = await reloaded(node.dir);
    assert.equal(code, 0);
    assert.deepEqual([report.applied, report.needsRestart], [['feeds'], []]);
    const digest = createHash('sha256').update(text).digest('hex');
    assert.equal(report.sha256, digest);
    digests.push(digest);
    assert.ok(report.entry !== null);
    entries.push(report.entry);
  }
  await callers.end();
  assert.deepEqual(callers.failures, []);
  assert.ok(callers.permits.length > RELOADS * CLIENTS, `${callers.permits.length} permits`);
  // The feed of the last reload delivers, from the position of the first one.
  while (!receiver.indices.includes(entries.at(-1) as number)) await pause(20);
  assert.equal(await node.serving.end(), 0);
  const inLedger = await decisionIds(node.dir);
  assert.deepEqual(
    callers.permits.filter((id) => !inLedger.has(id)),
    [],
  );
  const reader = await LedgerReader.open(node.dir);
  for (const [at, entry] of entries.entries()) {
    const body = await reader.body(entry);
    assert.equal(body.kind, 'present');
    const text = Buffer.from(body.bytes).toString('utf8');
    const { what, sha256, applied } = JSON.parse(text);
    assert.deepEqual([what, sha256, applied], ['reload', digests[at], ['feeds']]);
    assert.ok(!text.includes(WEBHOOK_SECRET) && !text.includes(receiver.url), text);
  }
  const kept = receiver.indices.filter((index) => entries.includes(index));
  assert.deepEqual(new Set(kept), new Set(entries), 'no entry is skipped between two threads');
  reader.close();
  const { code, stdout } = await countersign(['ledger', 'fsck', '--data', node.dir, '--json']);
  assert.equal(code, 0, stdout);
});

test('a wrong file is refused with all problems, and a restart is named', async () => {
  const node = await startNode('refused');
  const file = `${node.dir}.yaml`;
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, `${before}feeds: none\nnonsense: 1\n`);
  const refused = await reloaded(node.dir);
  assert.equal(refused.code, 2);
  assert.equal(refused.report.entry, null);
  const problems = refused.report.problems.join('\n');
  assert.match(problems, /refused\.yaml:\d+:\d+: .*feeds/);
  assert.match(problems, /nonsense/);
  assert.equal(await node.decision(REQUEST), true);
  // Reasons for a restart are named, and what needs none applies.
  const changed = before.replace('log: json', 'log: text').replace('tenant1', 'tenant2');
  writeFileSync(file, changed);
  const partly = await reloaded(node.dir);
  assert.deepEqual(partly.report.applied, ['log']);
  assert.deepEqual(partly.report.needsRestart, ['enforcementPoints']);
  // The old file again, by signal: the log is JSON again, so the test can read it.
  writeFileSync(file, before);
  node.serving.child.kill('SIGHUP');
  const line = await node.serving.logged(
    ({ event, applied }) => event === 'reloaded' && (applied as string[]).includes('log'),
  );
  assert.deepEqual(line['needsRestart'], []);
  writeFileSync(file, 'listen: [');
  node.serving.child.kill('SIGHUP');
  await node.serving.logged(({ event }) => event === 'reload-refused');
  writeFileSync(file, before);
  const same = await reloaded(node.dir);
  assert.deepEqual([same.code, same.report.applied, same.report.entry], [0, [], null]);
  assert.equal(await node.serving.end(), 0);
  const without = await countersign(['reload', '--data', node.dir]);
  assert.equal(without.code, 2);
  assert.match(without.stderr, /no service runs on .*countersign serve/);
});
