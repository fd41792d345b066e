import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LedgerReader, leafHash, parseLeaf, verifyInclusion } from '../src/ledger/index.ts';
import { IS_LONG, SEED } from '../tools/property.ts';
import { SeededRandom } from '../tools/sample/random.ts';
import { countersign } from './support/command-line.ts';
import { writeContent } from './support/door-content.ts';
import { DoorNode, type DoorSettings } from './support/door-process.ts';
import { temporaryFolder } from './support/folders.ts';

const [REQUESTS, KILLS] = IS_LONG ? [10_000, 20] : [200, 2];
const CLIENTS = 8;
const root = temporaryFolder('door-kill');

const ASKED = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
};

function settings(): DoorSettings {
  const { policies, directory } = writeContent(root, 'records');
  const tool = { name: 'records', token: 'token-1', door: 'records' };
  return { policies, directory, tools: [{ ...tool, resources: '[{ type: record }]' }] };
}

/** One question; the id of the permit that was seen, or that there was no answer. */
async function ask(node: DoorNode): Promise<string | undefined> {
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

/** Every permit that a client saw is an entry, and is proved to be in the published log. */
async function assertInLedger(dir: string, seen: readonly string[]): Promise<void> {
  const { code, stdout } = await countersign(['ledger', 'fsck', '--data', dir, '--json']);
  assert.equal(code, 0, stdout);
  const reader = await LedgerReader.open(dir);
  try {
    const places = new Map<string, number>();
    for await (const batch of reader.scan({ from: 0 })) {
      for (let position = 0; position < batch.count; position++) {
        const { kind, id } = parseLeaf(batch.leaf(position));
        if (kind === 'decision') places.set(id, batch.firstIndex + position);
      }
    }
    const { size, root: rootHash } = reader.checkpoint;
    for (const id of seen) {
      const index = places.get(id);
      assert.ok(index !== undefined, `the permit ${id} is in no entry`);
      const { bytes } = await reader.leaf(index);
      const proof = await reader.proveInclusion(index);
      const claim = { index, size, leafHash: leafHash(bytes), proof, root: rootHash };
      assert.ok(verifyInclusion(claim), id);
    }
  } finally {
    reader.close();
  }
}

test(`kill -9 under load, ${KILLS} times: every permit seen is in the ledger`, async () => {
  const random = new SeededRandom(SEED);
  const dir = join(root, 'one');
  const seen: string[] = [];
  let asked = 0;
  for (let kill = 0; kill <= KILLS; kill++) {
    const node = await DoorNode.start(dir, settings());
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
      // In the middle of what is being asked, wherever that is.
      while (asked < until - random.next() * 20 - CLIENTS) await pause(1);
      await node.serving.end('SIGKILL');
      alive = false;
    }
    await Promise.all(clients);
    if (kill === KILLS) assert.equal(await node.serving.end(), 0);
  }
  assert.ok(seen.length > REQUESTS / 2, `${seen.length} permits were seen`);
  assert.equal(new Set(seen).size, seen.length);
  await assertInLedger(dir, seen);
});

test('two nodes: with one killed, who asks the other in its place misses nothing', async () => {
  const nodes = [
    await DoorNode.start(join(root, 'left'), settings()),
    await DoorNode.start(join(root, 'right'), settings()),
  ];
  const [left, right] = nodes as [DoorNode, DoorNode];
  const seen = new Map<DoorNode, string[]>(nodes.map((node) => [node, []]));
  let failed = 0;
  let asked = 0;
  /** As a balancer does: the other node, where one does not answer. */
  const balanced = async (at: number): Promise<void> => {
    for (const node of at % 2 === 0 ? [left, right] : [right, left]) {
      const id = await ask(node);
      if (id === undefined) continue;
      seen.get(node)?.push(id);
      return;
    }
    failed += 1;
  };
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (asked < REQUESTS) await balanced(asked++);
  });
  while (asked < REQUESTS / 2) await pause(1);
  await left.serving.end('SIGKILL');
  await Promise.all(clients);
  assert.ok(failed <= REQUESTS / 1000, `${failed} of ${REQUESTS} got no answer`);
  assert.equal(await right.serving.end(), 0);
  const again = await DoorNode.start(left.dir, settings());
  assert.equal(await again.serving.end(), 0);
  for (const [node, ids] of seen) {
    assert.ok(ids.length > 0);
    await assertInLedger(node.dir, ids);
  }
  // Each is a log of its own.
  const origins = await Promise.all(nodes.map(async ({ dir }) => originOf(dir)));
  assert.notEqual(origins[0], origins[1]);
});

async function originOf(dir: string): Promise<string> {
  assert.ok(readdirSync(dir).includes('countersign.json'));
  const reader = await LedgerReader.open(dir);
  const { origin } = reader;
  reader.close();
  return origin;
}
