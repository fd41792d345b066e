import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import { IS_LONG } from '../../tools/property.ts';
import { assertFsckClean } from '../support/account.ts';
import { countersign, ended, start } from '../support/command-line.ts';
import { WEBHOOK_SECRET, WebhookReceiver } from '../support/feeds/webhook-receiver.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess } from '../support/server-process.ts';

const MINUTE_MS = 60_000;
/** With a larger difference, behind or ahead, the collectors stop. */
const FOLLOWED_MS = 60 * MINUTE_MS;
/** Libraries of Standard Webhooks allow a difference of 5 minutes. */
const RECEIVER_TOLERANCE_MS = 2 * 5 * MINUTE_MS;

const root = temporaryFolder('emulator-clock');

type StartDocument = {
  readonly origins: Readonly<Record<string, string>>;
  readonly tenants: readonly { readonly tenantId: string }[];
  readonly collector: { readonly clientId: string; readonly clientSecret: string };
  readonly clock: string;
};

/** `countersign emulator` in its own process. */
async function emulator(t: TestContext, speed: number): Promise<StartDocument> {
  const options = ['--people', '10', '--history', '1', '--speed', String(speed), '--json'];
  const child = start(['emulator', ...options]);
  t.after(async () => {
    child.kill('SIGTERM');
    await ended(child);
  });
  assert.ok(child.stdout !== null);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return JSON.parse(line) as StartDocument;
}

async function timeOf({ clock }: StartDocument): Promise<number> {
  return ((await (await fetch(clock)).json()) as { nowMs: number }).nowMs;
}

function configFor(printed: StartDocument, name: string, change: (text: string) => string): string {
  const { origins, tenants, collector, clock } = printed;
  const file = join(root, `${name}.yaml`);
  const text = `listen: 127.0.0.1:0
log: json
emulatorClock: ${clock}
tenants:
  - id: ${tenants[0]?.tenantId}
    authority: ${origins['login']}
    credentials: {clientId: ${collector.clientId}, secret: {env: COLLECTOR_SECRET}}
    collect:
      activityApi: {root: "${origins['manage']}", requestsPerMinute: 60000}
`;
  writeFileSync(file, change(text));
  return file;
}

for (const speed of IS_LONG ? [1, 60, 1_000] : [1_000]) {
  test(`serve collects from an emulator at ${speed} times real time`, async (t) => {
    const printed = await emulator(t, speed);
    const data = join(root, `at-${speed}`);
    const env = { COLLECTOR_SECRET: printed.collector.clientSecret };
    const config = configFor(printed, `at-${speed}`, (text) => text);
    const serving = await ServerProcess.start(data, config, env);
    t.after(() => serving.end());
    const startMs = await timeOf(printed);
    // Past the point at which the machine's own clock would be too far behind.
    const passedMs = Math.min(3 * FOLLOWED_MS, speed * 240_000);
    while ((await timeOf(printed)) < startMs + passedMs) await pause(50);
    const polled = (): number =>
      serving.log.filter(({ event, short }) => event === 'polled' && short === 0).length;
    const [before, nowMs] = [polled(), await timeOf(printed)];
    await serving.logged(() => polled() > before);
    assert.deepEqual(
      serving.log.filter(({ event }) => event === 'problem' || event === 'failed'),
      [],
    );
    const last = serving.log.at(-1);
    const saidMs = Date.parse(String(last?.['at'] ?? last?.['time']));
    assert.ok(Math.abs(saidMs - nowMs) < FOLLOWED_MS, `${JSON.stringify(last)} at ${nowMs}`);
    const coverage = await serving.ask<{ readonly items: readonly object[] }>('/api/v1/coverage');
    assert.ok(coverage.items.length > 0);
    assert.equal(await serving.end(), 0);
    await assertFsckClean(data);

    // The ledger's times are the emulator's: no live tenant is ever collected into it.
    const live = configFor(printed, 'live', (text) => text.replace(/^emulatorClock.*\n/m, ''));
    const refused = await countersign(['serve', '--config', live, '--data', data], { env });
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /started on the clock of an emulator/);
  });
}

test('a webhook is signed at the time of its receiver, not of the emulator', async (t) => {
  await using receiver = new WebhookReceiver();
  await receiver.start();
  const printed = await emulator(t, 1_000);
  const env = { COLLECTOR_SECRET: printed.collector.clientSecret, HOOK_SECRET: WEBHOOK_SECRET };
  const feed = `feeds:
  - {name: soc, kind: webhook, url: "${receiver.url}", secrets: [{env: HOOK_SECRET}],
     kinds: [coverage], start: beginning, allow: [loopback]}
`;
  const config = configFor(printed, 'webhook', (text) => `${text}${feed}`);
  const serving = await ServerProcess.start(join(root, 'webhook'), config, env);
  t.after(() => serving.end());
  // The receiver refuses a request whose time is not its own.
  while ((await timeOf(printed)) < systemClock.now() + RECEIVER_TOLERANCE_MS) await pause(50);
  const before = receiver.indices.length;
  while (receiver.indices.length <= before) await pause(50);
});

test('no ledger uses an emulator’s clock by accident', async (t) => {
  const printed = await emulator(t, 1);
  const env = { COLLECTOR_SECRET: 'x' };
  const serve = (config: string, data: string) =>
    countersign(['serve', '--config', config, '--data', join(root, data)], { env });
  const cases: readonly [name: string, change: (text: string) => string, says: RegExp][] = [
    [
      'authority',
      (text) => text.replace(/authority: .*/, 'authority: https://login.microsoftonline.com'),
      /authority.*leads to another machine/,
    ],
    [
      'root',
      (text) => text.replace(printed.origins['manage'] ?? '', 'https://manage.office.com'),
      /leads to another machine/,
    ],
    [
      'clock',
      (text) => text.replace(printed.clock, 'https://clock.example/emulator/clock'),
      /emulatorClock.*leads to another machine/,
    ],
  ];
  for (const [name, change, says] of cases) {
    const answer = await serve(configFor(printed, name, change), name);
    assert.equal(answer.code, 2, answer.stderr);
    assert.match(answer.stderr.replaceAll('\n', ' '), says);
    assert.ok(!existsSync(join(root, name)), 'nothing was started');
  }
  // The service at that address is not a clock.
  const other = configFor(printed, 'no-clock', (text) =>
    text.replace('/emulator/clock', '/common/discovery/instance'),
  );
  const answer = await serve(other, 'no-clock');
  assert.equal(answer.code, 2, answer.stderr);
  assert.match(answer.stderr, /could not read the clock of an emulator/);
  // A ledger that was started on this machine's clock stays on it.
  const record = join(root, 'one.json');
  const audited = {
    CreationTime: '2026-03-02T08:00:00',
    Id: '5d3c1c2e-8a4f-4b5d-9d0e-2f6a7b8c9d01',
    Operation: 'FileAccessed',
    OrganizationId: '5d3c1c2e-8a4f-4b5d-9d0e-2f6a7b8c9d02',
    ...{ RecordType: 6, UserId: 'a@northmoor.example', UserType: 0, Workload: 'SharePoint' },
  };
  writeFileSync(record, `${JSON.stringify(audited)}\n`);
  const imported = await countersign(['import', record, '--data', join(root, 'begun')]);
  assert.equal(imported.code, 0, imported.stderr);
  const begun = await serve(
    configFor(printed, 'begun', (text) => text),
    'begun',
  );
  assert.equal(begun.code, 2, begun.stderr);
  assert.match(begun.stderr, /started on this machine’s clock/);
});
