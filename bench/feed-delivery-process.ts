import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { systemClock, systemRandom } from '@countersign/core';
import { systemWait } from '@countersign/m365';
import type { FeedConfig } from '../apps/countersign/src/config/feeds/feeds-schema.ts';
import { loadConfig } from '../apps/countersign/src/config/load-config.ts';
import { systemResolve } from '../apps/countersign/src/feeds/delivery/egress.ts';
import { runFeeds } from '../apps/countersign/src/feeds/delivery/run-feeds.ts';
import { loadProfiles } from '../apps/countersign/src/operations/host/load-detectors.ts';
import { ruleTitles } from '../apps/countersign/src/operations/readers/finding-options.ts';
import { Pseudonyms } from '../apps/countersign/src/operators/pseudonyms/pseudonyms.ts';

/** A receiver in its own thread that takes everything at once. */
async function receive(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"text":"Success","code":0}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  parentPort?.postMessage((server.address() as AddressInfo).port);
}

/** Delivers a whole ledger to one fast receiver. Prints seconds and records as JSON. */
async function deliver(dataDir: string, configFile: string): Promise<void> {
  const receiver = new Worker(import.meta.filename);
  const [port] = (await once(receiver, 'message')) as [number];
  const [feed] = loadConfig(configFile, process.env).feeds;
  if (feed === undefined || !('url' in feed)) throw new Error(`${configFile} names no HTTP feed`);
  const { pathname } = new URL(feed.url);
  const toReceiver = { ...feed, url: `http://127.0.0.1:${port}${pathname}` } as FeedConfig;
  const done = new AbortController();
  const pseudonyms = Pseudonyms.open(dataDir, systemRandom);
  const startedMs = performance.now();
  let seconds = 0;
  let records = 0;
  await runFeeds({
    ...{ dir: dataDir, feeds: [toReceiver], version: '0.0.0', env: process.env },
    ...{ clock: systemClock, receiverClock: systemClock, random: systemRandom },
    ...{ wait: systemWait, resolve: systemResolve },
    ruleTitles: () => ruleTitles({ profiles: loadProfiles }),
    pseudonymize: (record) =>
      'body' in record ? { ...record, body: pseudonyms.hide(record.body) } : record,
    tell: (event) => process.stderr.write(`${JSON.stringify(event)}\n`),
    report: ({ rows: [row], ledgerEntries }) => {
      if (row === undefined || row.next < ledgerEntries || done.signal.aborted) return;
      records = row.records;
      // Reports come once a second; the last delivery has its own time.
      seconds =
        (performance.now() - startedMs - (systemClock.now() - (row.deliveredMs ?? 0))) / 1000;
      done.abort();
    },
    signal: done.signal,
  });
  const cpu = process.threadCpuUsage();
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  await receiver.terminate();
  process.stdout.write(`${JSON.stringify({ seconds, records, cpuSeconds })}\n`);
}

if (isMainThread) {
  const [dataDir = '', configFile = ''] = process.argv.slice(2);
  await deliver(dataDir, configFile);
} else await receive();
