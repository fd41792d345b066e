import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LedgerReader, parseLeaf } from '@countersign/ledger';
import { IS_LONG } from '../../tools/property.ts';
import { countersignHere } from '../support/command-here.ts';
import { EndpointNode, type EndpointSettings } from '../support/enforcement/endpoint-node.ts';
import { writeContent } from '../support/enforcement/enforcement-content.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';
import type { ServerProcess } from '../support/server-process.ts';
import type { ThreadFault } from '../support/thread-fault.ts';

const root = temporaryFolder('serve-threads');
const { policies, directory } = writeContent(root, 'records');
const PRELOAD = join(import.meta.dirname, '../support/thread-fault.ts');

const QUESTION = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
};

type FaultyNode = {
  readonly node: EndpointNode;
  /** Resolves when the thread fails. */
  readonly inject: (fault: ThreadFault) => Promise<void>;
};

async function startNode(name: string): Promise<FaultyNode> {
  const dir = join(root, name);
  const file = `${dir}.fault`;
  const tool = { name: 'records', token: 'token-1', enforcementPoint: 'records' };
  const settings: EndpointSettings = {
    ...{ policies, directory },
    tools: [{ ...tool, resources: '[{ type: record }]' }],
    // A thread must run out of memory before the machine does.
    env: {
      NODE_OPTIONS: `--max-old-space-size=300 --import=${PRELOAD}`,
      THREAD_FAULT: file,
    },
  };
  const node = await EndpointNode.start(dir, settings);
  const inject = async (fault: ThreadFault): Promise<void> => {
    writeFileSync(`${file}.new`, JSON.stringify(fault));
    renameSync(`${file}.new`, file);
    while (!existsSync(`${file}.begun`)) await pause(10);
  };
  return { node, inject };
}

async function untilEnd({ child }: ServerProcess): Promise<readonly string[]> {
  if (child.exitCode === null) await once(child, 'close');
  return [];
}

/** Asks until the node no longer answers. Returns the ids of its permits. */
async function askUntilEnd(node: EndpointNode): Promise<readonly string[]> {
  const ids: string[] = [];
  const { child } = node.serving;
  while (child.exitCode === null && child.signalCode === null) {
    try {
      const { status, body } = await node.ask('/access/v1/evaluation', QUESTION);
      if (status === 200) ids.push((body as { context: { id: string } }).context.id);
    } catch (error) {
      assert.ok(error instanceof TypeError || error instanceof SyntaxError, String(error));
    }
  }
  return ids;
}

/** Every decision that a caller saw is in the ledger, and the next start posts all of them. */
async function assertRecorded(dir: string, ids: readonly string[]): Promise<void> {
  const imported = await countersignHere(['import', '-', '--data', dir], { input: recordText(1) });
  assert.equal(imported.code, 0, imported.stderr);
  const fsck = await countersignHere(['ledger', 'fsck', '--data', dir]);
  assert.equal(fsck.code, 0, fsck.stdout);
  const reader = await LedgerReader.open(dir);
  const decided: string[] = [];
  for await (const batch of reader.scan()) {
    for (let position = 0; position < batch.count; position++) {
      const { kind, id } = parseLeaf(batch.leaf(position));
      if (kind === 'decision') decided.push(id);
    }
  }
  reader.close();
  const found = new Set(decided);
  for (const id of ids) assert.ok(found.has(id), `the decision ${id} is missing`);
  const sql = 'SELECT count(*) AS n FROM decisions';
  const { stdout } = await countersignHere(['query', sql, '--json', '--data', dir]);
  assert.equal(Number(JSON.parse(stdout).n), decided.length);
}

/** Every end is tested in core; here, that each owner passes it on. */
const ENDS = [
  ['integrator-worker', 'throw', /the integrator thread ended: a defect that a test made/],
  ['decision-poster-worker', 'memory', /the decision-poster thread ran out of memory/],
  ['detection-worker', 'exit', /the detection thread ended: it exited with code 0/],
  ['integrator-worker', 'exit', /the integrator thread ended: it exited with code 0/],
  ['decision-poster-worker', 'exit', /the decision-poster thread ended: it exited with code 0/],
] as const;
/** The short form has one end of each thread. */
const SHORT_ENDS = 3;

for (const [thread, fault, message] of IS_LONG ? ENDS : ENDS.slice(0, SHORT_ENDS)) {
  test(`the service ends with a reason if the ${thread} dies (${fault})`, async () => {
    const { node, inject } = await startNode(`${thread}-${fault}`);
    const { serving, dir } = node;
    assert.equal(await node.decision(QUESTION), true);
    await inject({ thread, fault });
    // A node that has nothing to do must end too.
    const ids = fault === 'exit' ? await untilEnd(serving) : await askUntilEnd(node);
    const stopping = serving.log.find(({ event }) => event === 'stopping');
    assert.match(String(stopping?.['because']), message);
    assert.equal(serving.child.exitCode, fault === 'memory' ? 3 : 70);
    await assertRecorded(dir, ids);
  });
}

for (const [thread, exitCode] of [
  ['integrator-worker', 70],
  ['decision-poster-worker', 70],
  // Detectors run again after the next start, so that stop is a clean one.
  ['detection-worker', 0],
] as const) {
  test(`SIGTERM ends the service while the ${thread} hangs`, async () => {
    const { node, inject } = await startNode(`${thread}-stop`);
    const { serving, dir } = node;
    assert.equal(await node.decision(QUESTION), true);
    await inject({ thread, fault: 'hang' });
    const asking = askUntilEnd(node);
    assert.equal(await serving.end(), exitCode);
    await assertRecorded(dir, await asking);
  });
}

test('health names a thread that hangs', async () => {
  const { node, inject } = await startNode('health');
  await inject({ thread: 'detection-worker', fault: 'hang' });
  for (;;) {
    const health = await node.serving.get('/api/v1/health');
    const { because = [] } = (await health.json()) as {
      because?: { code: string; text: string }[];
    };
    const reason = because.find(({ code }) => code === 'thread-silent');
    if (reason === undefined) {
      await pause(100);
      continue;
    }
    assert.match(
      reason.text,
      /^the detection thread has not answered for \d+(?:\.5)? s: it hangs$/,
    );
    assert.equal(health.status, 503);
    break;
  }
  assert.equal(await node.serving.end(), 0);
});
