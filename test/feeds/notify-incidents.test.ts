import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { IncidentIndex } from '../../apps/countersign/src/feeds/sinks/notify/incident-index.ts';
import { countersign } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';

const NEVER = new AbortController().signal;
const root = temporaryFolder('notify-incidents');

test('findings of one incident have its id; an unknown finding stands for itself', async () => {
  const dir = join(root, 'data');
  await countersign(['import', 'content/sample/export', '--data', dir]);
  const { stdout } = await countersign(['findings', 'incidents', '--json', '--data', dir]);
  const incidents = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { incident: string; findings: readonly string[] });
  const clock = new ManualClock(0);
  const wait = async (ms: number): Promise<void> => clock.advance(ms);
  const index = new IncidentIndex({ dir, clock, wait });
  let checked = 0;
  for (const { incident, findings } of incidents) {
    for (const finding of findings) {
      assert.equal((await index.incidentOf(finding, NEVER))?.id, incident);
      checked++;
    }
  }
  assert.ok(checked > 1, stdout.slice(0, 500));
  assert.equal(await index.incidentOf('no-such-finding', NEVER), undefined);
  assert.ok(clock.monotonic() > 0, 'it waited for the store');
  index.close();
  const missing = new IncidentIndex({ dir: join(root, 'missing'), clock, wait });
  assert.equal(await missing.incidentOf('any', NEVER), undefined);
});
