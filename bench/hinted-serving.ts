import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Actor, type Emulator, startEmulator } from '@countersign/emulator';
import { NORTHMOOR } from '@countersign/emulator/testing/office-worker';
import { configText, secretsOf } from '../test/support/collection/emulated-collectors.ts';
import { ServerProcess } from '../test/support/server-process.ts';
import { freePort } from './ports.ts';

/** The maximum delay of a feed that lists records soon after their events. */
type Soon = { readonly usualMs: readonly [number, number] };

/**
 * Runs `serve` on a data folder. It collects in real time from an emulated tenant that sends a
 * notification for new content at once.
 */
export async function withHintedServing<T>(
  of: { readonly folder: string; readonly dir: string; readonly actor: Actor; readonly soon: Soon },
  use: (emulator: Emulator) => Promise<T>,
): Promise<T> {
  const never = { slowShare: 0, slowMeanMs: 0, shards: 1 } as const;
  const delay = { windowMs: 500, ...of.soon, ...never };
  const emulator = await startEmulator({
    ...{ seed: 1, speed: 1, subscribed: 'before' },
    tenants: [{ tenantId: NORTHMOOR, domain: 'northmoor.example' }],
    actors: [of.actor],
    delays: { activity: delay, graph: delay, azure: delay },
    activityApi: { webhooks: { schemes: 'any' }, startIntervalMs: 0 },
  });
  try {
    const config = join(of.folder, 'hinted.yaml');
    const place = `127.0.0.1:${await freePort()}`;
    const webhook = `{address: "http://${place}/hook", listen: "${place}", authId: {env: HOOK}}`;
    const types = 'contentTypes: [Audit.Exchange]';
    const api = `activityApi: {root: "MANAGE", every: 1h, ${types}, webhook: ${webhook}}`;
    writeFileSync(config, configText(emulator, api));
    const secrets = { ...secretsOf(emulator), HOOK: 'hook-secret' };
    const serving = await ServerProcess.start(of.dir, config, secrets);
    try {
      await serving.logged(
        ({ event, collector }) =>
          event === 'polled' && String(collector).startsWith('activity-api'),
      );
      return await use(emulator);
    } finally {
      await serving.end();
    }
  } finally {
    await emulator.stop();
  }
}
