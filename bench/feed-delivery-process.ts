import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { systemClock, systemRandom } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger/reader';
import { systemWait } from '@countersign/m365';
import { collectGarbageSeldom } from '../apps/countersign/src/cli/process/collect-garbage.ts';
import type { FeedConfig } from '../apps/countersign/src/config/feeds/feeds-schema.ts';
import { loadConfig } from '../apps/countersign/src/config/load-config.ts';
import { systemResolve } from '../apps/countersign/src/feeds/delivery/egress.ts';
import { runFeeds } from '../apps/countersign/src/feeds/delivery/run-feeds.ts';
import { FeedState } from '../apps/countersign/src/feeds/state/feed-state.ts';
import { loadProfiles } from '../apps/countersign/src/operations/host/load-detectors.ts';
import { ruleTitles } from '../apps/countersign/src/operations/readers/finding-options.ts';
import { Pseudonyms } from '../apps/countersign/src/operators/pseudonyms/pseudonyms.ts';
import { certificateFor } from '../tools/testing/certificate.ts';
import type { ReceiverPorts } from './feed-receiver-process.ts';

/**
 * Delivers a whole ledger to one fast receiver, which the configuration calls `HTTP_PORT` or
 * `TLS_PORT`. Prints seconds and records as JSON, summed up over the feeds.
 *
 * @param starts the entry at which each feed continues, as after a crash
 */
async function deliver(
  dataDir: string,
  template: string,
  starts: readonly number[],
): Promise<void> {
  const { cert, key } = certificateFor('127.0.0.1');
  const certificateFile = `${template}.pem`;
  writeFileSync(certificateFile, cert);
  const script = join(import.meta.dirname, 'feed-receiver-process.ts');
  const receiver = new Worker(script, { workerData: { cert, key } });
  const [ports] = (await once(receiver, 'message')) as [ReceiverPorts];
  const configFile = `${template}.ready.yaml`;
  const text = readFileSync(template, 'utf8')
    .replaceAll('HTTP_PORT', String(ports.http))
    .replaceAll('TLS_PORT', String(ports.tls))
    .replaceAll('CERTIFICATE', certificateFile);
  writeFileSync(configFile, text);
  const { feeds } = loadConfig(configFile, process.env);
  await continueAt(dataDir, feeds, starts);
  const done = new AbortController();
  const pseudonyms = Pseudonyms.open(dataDir, systemRandom);
  const startedMs = performance.now();
  const startedCpu = process.threadCpuUsage();
  let seconds = 0;
  let records = 0;
  await runFeeds({
    ...{ dir: dataDir, feeds, version: '0.0.0', env: process.env },
    ...{ clock: systemClock, receiverClock: systemClock, random: systemRandom },
    ...{ wait: systemWait, resolve: systemResolve },
    ruleTitles: () => ruleTitles({ profiles: loadProfiles }),
    pseudonymize: (record) =>
      'body' in record ? { ...record, body: pseudonyms.hide(record.body) } : record,
    tell: (event) => process.stderr.write(`${JSON.stringify(event)}\n`),
    report: ({ rows, ledgerEntries }) => {
      if (rows.some(({ sentNext }) => sentNext < ledgerEntries) || done.signal.aborted) return;
      records = rows.reduce((sum, row) => sum + row.records, 0);
      // Reports come once a second; the last delivery has its own time.
      const deliveredMs = Math.max(...rows.map((row) => row.deliveredMs ?? 0));
      seconds = (performance.now() - startedMs - (systemClock.now() - deliveredMs)) / 1000;
      done.abort();
    },
    signal: done.signal,
  });
  const cpu = process.threadCpuUsage(startedCpu);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  await receiver.terminate();
  process.stdout.write(`${JSON.stringify({ seconds, records, cpuSeconds })}\n`);
}

async function continueAt(
  dataDir: string,
  feeds: readonly FeedConfig[],
  starts: readonly number[],
): Promise<void> {
  const reader = await LedgerReader.open(dataDir);
  using state = FeedState.open(dataDir, reader.origin);
  reader.close();
  for (const [at, { name, kind }] of feeds.entries()) {
    state.ensure({ name, kind }, { next: starts[at] ?? 0, atMs: systemClock.now() });
  }
}

// Like the program itself.
collectGarbageSeldom();
const [dataDir = '', template = '', starts = ''] = process.argv.slice(2);
await deliver(dataDir, template, starts.split(',').map(Number));
