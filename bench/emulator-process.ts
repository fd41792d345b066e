import {
  ACTIVITY_FEEDS,
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from '@countersign/emulator';
import { collectGarbageSeldom } from '../apps/countersign/src/cli/process/collect-garbage.ts';

/** A tenant in its own process, so that its cost is not counted with the consumer's. */
export type EmulatorRequest = {
  readonly people: number;
  readonly startMs: number;
  /** Simulated hours before it serves requests. */
  readonly hours: number;
  readonly recordsPerBlob?: { readonly min: number; readonly max: number };
};

export type EmulatorReport = {
  readonly origin: string;
  readonly login: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly secret: string;
  readonly nowMs: number;
  /** Distinct records that the Activity API offers. */
  readonly offered: number;
  /** Records created in all feeds. */
  readonly made: number;
  readonly seconds: number;
  readonly memoryBytes: number;
};

const HOUR_MS = 3_600_000;

collectGarbageSeldom();
const asked = JSON.parse(process.argv[2] ?? '{}') as EmulatorRequest;
const began = performance.now();
const emulator = await startEmulator(optionsOf(asked));
await emulator.advance(asked.hours * HOUR_MS);
console.log(JSON.stringify(reportOf(emulator, (performance.now() - began) / 1000)));
await new Promise((resolve) => process.stdin.on('end', resolve).resume());
await emulator.stop();

function optionsOf({ people, startMs, recordsPerBlob }: EmulatorRequest): EmulatorOptions {
  return {
    seed: 1,
    startMs,
    subscribed: 'before',
    tenants: [{ people }],
    ...(recordsPerBlob !== undefined && { recordsPerBlob }),
    activityApi: { requestsPerMinute: 1e9 },
  };
}

function reportOf(of: Emulator, seconds: number): EmulatorReport {
  const { origins, credentials, tenants, clock } = of;
  const tenant = tenants[0]?.tenantId ?? '';
  const { clientId, clientSecret: secret } = credentials;
  const made = [...of.truth().made.values()].reduce((sum, count) => sum + count, 0);
  const offered = ACTIVITY_FEEDS.reduce((sum, feed) => sum + of.offered(tenant, feed).size, 0);
  return {
    ...{ origin: origins['manage'] ?? '', login: origins['login'] ?? '', tenant, clientId, secret },
    ...{ nowMs: clock.now(), offered, made, seconds },
    memoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}
