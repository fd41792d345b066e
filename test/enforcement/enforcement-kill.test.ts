import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LedgerReader } from '@countersign/ledger';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { EndpointNode, type EndpointSettings } from '../support/enforcement/endpoint-node.ts';
import { writeContent } from '../support/enforcement/enforcement-content.ts';
import { assertPermitsInLedger } from '../support/enforcement/permits.ts';
import { temporaryFolder } from '../support/folders.ts';
import { smallDisk, withoutMount } from '../support/small-disk.ts';

const [REQUESTS, KILLS] = IS_LONG ? [10_000, 20] : [200, 2];
const CLIENTS = 8;
const root = temporaryFolder('enforcement-kill');

const ASKED = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
};

function settings(): EndpointSettings {
  const { policies, directory } = writeContent(root, 'records');
  const tool = { name: 'records', token: 'token-1', enforcementPoint: 'records' };
  return { policies, directory, tools: [{ ...tool, resources: '[{ type: record }]' }] };
}

/** Sends one request. Returns the id of the permit, or undefined if there was no answer. */
async function ask(node: EndpointNode): Promise<string | undefined> {
  try {
    const { status, body } = await node.ask('/access/v1/evaluation', ASKED);
    if (status !== 200) return undefined;
    const { decision, context } = body as { decision: boolean; context: { id: string } };
    assert.equal(decision, true);
    return context.id;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

test(`kill -9 under load, ${KILLS} times: every permit seen is in the ledger`, async () => {
  const random = new SeededRandom(SEED);
  const dir = join(root, 'one');
  const seen: string[] = [];
  let asked = 0;
  for (let kill = 0; kill <= KILLS; kill++) {
    const node = await EndpointNode.start(dir, settings());
    const until = kill === KILLS ? REQUESTS : Math.ceil((REQUESTS * (kill + 1)) / (KILLS + 1));
    let alive = true;
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (alive && asked < until) {
        asked += 1;
        const id = await ask(node);
        if (id !== undefined) seen.push(id);
      }
    });
    if (kill < KILLS) {
      // In the middle of running requests, at a random point.
      while (asked < until - random.next() * 20 - CLIENTS) await pause(1);
      await node.serving.end('SIGKILL');
      alive = false;
    }
    await Promise.all(clients);
    if (kill === KILLS) assert.equal(await node.serving.end(), 0);
  }
  assert.ok(seen.length > REQUESTS / 2, `${seen.length} permits were seen`);
  assert.equal(new Set(seen).size, seen.length);
  await assertPermitsInLedger(dir, seen);
});

/** Two nodes behind a balancer: if one does not answer, the other is asked. */
class BalancedNodes {
  readonly seen = new Map<string, string[]>();
  asked = 0;
  failed = 0;
  readonly #nodes: EndpointNode[];

  constructor(nodes: readonly EndpointNode[]) {
    this.#nodes = [...nodes];
    for (const { dir } of nodes) this.seen.set(dir, []);
  }

  /** A node restarted at another address. */
  replace(node: EndpointNode): void {
    const at = this.#nodes.findIndex(({ dir }) => dir === node.dir);
    this.#nodes[at] = node;
  }

  async run(isOver: () => boolean): Promise<void> {
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        while (!isOver()) await this.#ask(this.asked++);
      }),
    );
  }

  async until(asked: number): Promise<void> {
    while (this.asked < asked) await pause(1);
  }

  async #ask(at: number): Promise<void> {
    const nodes = at % 2 === 0 ? this.#nodes : this.#nodes.toReversed();
    for (const node of nodes) {
      const id = await ask(node);
      if (id === undefined) continue;
      this.seen.get(node.dir)?.push(id);
      return;
    }
    this.failed += 1;
  }
}

const noDisk = withoutMount(root);
const trouble = noDisk === false ? 'killed, and then with a full disk' : 'killed';

test(`two nodes, one of them ${trouble}: callers of the other miss nothing`, async () => {
  using disk = noDisk === false ? smallDisk(root, 256) : undefined;
  const left = await EndpointNode.start(join(disk?.path ?? root, 'left'), settings());
  const right = await EndpointNode.start(join(root, 'right'), settings());
  const balanced = new BalancedNodes([left, right]);
  let isOver = false;
  const running = balanced.run(() => isOver);
  await balanced.until(REQUESTS / 4);
  await left.serving.end('SIGKILL');
  await balanced.until(REQUESTS / 2);
  const again = await EndpointNode.start(left.dir, settings());
  balanced.replace(again);
  await balanced.until((REQUESTS * 3) / 4);
  disk?.fill(0.01);
  if (disk !== undefined)
    await again.serving.logged(({ event }) => event === 'enforcement-stopped');
  await balanced.until(REQUESTS);
  isOver = true;
  await running;
  const { asked, failed } = balanced;
  assert.ok(failed <= asked / 1000, `${failed} of ${asked} got no answer`);
  disk?.clear();
  assert.equal(await again.serving.end(), 0);
  assert.equal(await right.serving.end(), 0);
  for (const [dir, ids] of balanced.seen) {
    assert.ok(ids.length > 0);
    await assertPermitsInLedger(dir, ids);
  }
  // Each node is a log of its own.
  assert.notEqual(await originOf(left.dir), await originOf(right.dir));
});

async function originOf(dir: string): Promise<string> {
  assert.ok(readdirSync(dir).includes('countersign.json'));
  const reader = await LedgerReader.open(dir);
  const { origin } = reader;
  reader.close();
  return origin;
}
