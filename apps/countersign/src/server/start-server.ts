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
  const { hangUps, readConfig } = request;
  const emulator = emulatorOf(request);
  const { clock, wait, standstill } = await timeOf(request, emulator);
  let logForm = config.log;
  await serve({
    ...{ dir: dataDir, config, env, clock, wait, random, signal, keyFile, acceptFork, ready },
    ...{ hangUps, readConfig },
    setLogForm: (form) => {
      logForm = form;
    },
    emulator,
    // Queues and histograms measure this machine's time, whatever the tenant's clock shows.
    stopwatch: request.clock,
    standstill,
    version: ownPackage().version,
    freeDisk: () => freeShare(dataDir),
    workers: Math.min(SERVE_THREADS_MAX, availableParallelism()),
    policies: join(contentFolder(), 'policies'),
    tell: (event) => log(logLine(clock.now(), event, logForm)),
  });
}

type Emulator = { readonly url: string; readonly ca: string | undefined };

function emulatorOf({ config: { emulatorClock: url, tenants } }: ServerRequest) {
  if (url === undefined) return undefined;
  const file = tenants.find(({ authorityFile }) => authorityFile !== undefined)?.authorityFile;
  return { url, ca: file === undefined ? undefined : readFileSync(file, 'utf8') };
}

/** This machine's time, or the time of the emulator that is collected. */
async function timeOf(
  request: ServerRequest,
  emulator: Emulator | undefined,
): Promise<EmulatedTime> {
  const { clock, random, signal, dataDir, log, config } = request;
  reserveFolder(dataDir, config.emulatorClock);
  if (emulator === undefined) return { clock, wait: systemWait, standstill: () => undefined };
  return followEmulator({ ...emulator, clock, random, signal, tell: log });
}
