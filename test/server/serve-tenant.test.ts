import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEmulator } from '@countersign/emulator';
import { SEED } from '../../tools/property.ts';
import { assertFsckClean } from '../support/account.ts';
import { directoryState } from '../support/collection/directory-state.ts';
import { COLLECT, configText, secretsOf } from '../support/collection/emulated-collectors.ts';
import { bodiesOf } from '../support/collection/offered-records.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type LogLine, ServerProcess } from '../support/server-process.ts';

const HOUR_MS = 3_600_000;

const root = temporaryFolder('serve-tenant');

test('serve collects Graph, its directory, its searches and the export of a tenant', async () => {
  const dir = join(root, 'whole');
  const config = join(root, 'whole.yaml');
  // Its time runs fast, so that it throttles no client that keeps to real time.
  const emulator = await startEmulator({
    seed: SEED,
    historyMs: 6 * HOUR_MS,
    speed: 60,
    tenants: [{ people: 12 }],
  });
  try {
    const graph = 'graph: {root: "GRAPH", requestsPerMinute: 6000}';
    writeFileSync(config, configText(emulator, graph, COLLECT.storage));
    const serving = await ServerProcess.start(dir, config, secretsOf(emulator));
    const polled = (start: string, fits: (line: LogLine) => boolean): Promise<LogLine> =>
      serving.logged(({ event, collector, ...rest }) => {
        const isOf = event === 'polled' && String(collector).startsWith(start);
        return isOf && fits({ event, ...rest });
      });
    await polled('graph ', ({ records }) => Number(records) > 0);
    await polled('directory ', ({ short }) => short === 0);
    await polled('storage ', ({ records }) => Number(records) > 0);
    const metrics = await (await serving.get('/metrics')).text();
    assert.match(
      metrics,
      /^countersign_quota_needed_per_minute\{collector="graph [^}]+\} [\d.]+$/m,
    );
    assert.match(metrics, /^countersign_quota_headroom_ratio\{collector="graph /m);
    const coverage = await serving.ask<{ readonly items: readonly { readonly source: string }[] }>(
      '/api/v1/coverage?limit=1000',
    );
    const sources = new Set(coverage.items.map(({ source }) => source));
    for (const source of ['graph/signIns', 'graph/delta.users', 'azure-monitor/SignInLogs']) {
      assert.ok(sources.has(source), `${source} in ${[...sources].join(', ')}`);
    }
    assert.equal(await serving.end(), 0);
    const [[, directory] = []] = emulator.companies.directories;
    const people = directory?.state.count('users') ?? 0;
    assert.equal((await directoryState(dir)).get('graph/delta.users')?.size, people);
    assert.ok((await bodiesOf(dir, ({ source }) => source === 'graph/signIns')).length > 0);
    await assertFsckClean(dir);
    assert.deepEqual(emulator.defects, []);
  } finally {
    await emulator.stop();
  }
});
