import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { systemWait } from '@countersign/m365';
import { contentFolder, ownPackage } from '../config/installed-package.ts';
import type { ServerRequest } from '../operations/host/server-request.ts';
import { freeShare } from './runtime/disk-reserve.ts';
import { type EmulatedTime, followEmulator, reserveFolder } from './runtime/emulator-clock.ts';
import { logLine } from './runtime/server-event.ts';
import { serve } from './serve.ts';

/** Parser threads: four saturate the sequencer. */
const SERVE_THREADS_MAX = 4;

/** Runs the server with this machine's disk, threads and time until the signal is aborted. */
export async function startServer(request: ServerRequest): Promise<void> {
  const { dataDir, config, env, random, signal, keyFile, acceptFork, log, ready } = request;
  const { clock, wait } = await timeOf(request);
  await serve({
    ...{ dir: dataDir, config, env, clock, wait, random, signal, keyFile, acceptFork, ready },
    version: ownPackage().version,
    freeDisk: () => freeShare(dataDir),
    workers: Math.min(SERVE_THREADS_MAX, availableParallelism()),
    policies: join(contentFolder(), 'policies'),
    tell: (event) => log(logLine(clock.now(), event, config.log)),
  });
}

/** This machine's time, or the time of the emulator that is collected. */
async function timeOf(request: ServerRequest): Promise<EmulatedTime> {
  const { clock, random, signal, dataDir, log, config } = request;
  const { emulatorClock, tenants } = config;
  reserveFolder(dataDir, emulatorClock);
  if (emulatorClock === undefined) return { clock, wait: systemWait };
  const file = tenants.find(({ authorityFile }) => authorityFile !== undefined)?.authorityFile;
  const ca = file === undefined ? undefined : readFileSync(file, 'utf8');
  return followEmulator({ url: emulatorClock, ca, clock, random, signal, tell: log });
}
