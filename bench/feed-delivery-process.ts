import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { systemClock, systemRandom } from '@countersign/core';
import { systemWait } from '@countersign/m365';
import { collectGarbageSeldom } from '../apps/countersign/src/cli/process/collect-garbage.ts';
import { loadConfig } from '../apps/countersign/src/config/load-config.ts';
import { systemResolve } from '../apps/countersign/src/feeds/delivery/egress.ts';
import { runFeeds } from '../apps/countersign/src/feeds/delivery/run-feeds.ts';
import { loadProfiles } from '../apps/countersign/src/operations/host/load-detectors.ts';
import { ruleTitles } from '../apps/countersign/src/operations/readers/finding-options.ts';
import { Pseudonyms } from '../apps/countersign/src/operators/pseudonyms/pseudonyms.ts';
import { certificateFor } from '../tools/testing/certificate.ts';
import type { ReceiverPorts } from './feed-receiver-process.ts';

/**
 * Delivers a whole ledger to one fast receiver, which the configuration calls `HTTP_PORT` or
 * `TLS_PORT`. Prints seconds and records as JSON.
 */
async function deliver(dataDir: string, template: string): Promise<void> {
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
    report: ({ rows: [row], ledgerEntries }) => {
      if (row === undefined || row.sentNext < ledgerEntries || done.signal.aborted) return;
      records = row.records;
      // Reports come once a second; the last delivery has its own time.
      seconds =
        (performance.now() - startedMs - (systemClock.now() - (row.deliveredMs ?? 0))) / 1000;
      done.abort();
    },
    signal: done.signal,
  });
  const cpu = process.threadCpuUsage(startedCpu);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  await receiver.terminate();
  process.stdout.write(`${JSON.stringify({ seconds, records, cpuSeconds })}\n`);
}

// Like the program itself.
collectGarbageSeldom();
const [dataDir = '', template = ''] = process.argv.slice(2);
await deliver(dataDir, template);
