import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { IS_LONG } from '../../tools/property.ts';
import { assertFsckClean } from '../support/account.ts';
import { countersign, start } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess } from '../support/server-process.ts';

/** Between two requests to a running service: it also runs its own work on this machine. */
const ASK_EVERY_MS = 500;
const SETTLED_MS = 2 * 3_600_000;
const TOKEN = 'one-clock-0123456789abcdef0123456789abcdef';
const root = temporaryFolder('one-clock');

type EmulatorProcess = { readonly clock: string; readonly tenant: string; kill(): Promise<void> };

async function emulator(t: TestContext, file: string, speed: number): Promise<EmulatorProcess> {
  const child = start([
    ...['emulator', '--people', '20', '--history', '24', '--speed', String(speed), '--json'],
    ...['--scenario', 'device-code-phishing', '--external-method', '--write-config', file],
  ]);
  const over = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGTERM');
    await over;
  };
  t.after(kill);
  assert.ok(child.stdout !== null);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { clock, tenants } = JSON.parse(line) as {
    readonly clock: string;
    readonly tenants: readonly { readonly tenantId: string }[];
  };
  return { clock, tenant: tenants[0]?.tenantId ?? '', kill };
}

/** One request over TLS to a service whose authority is in `ca`. */
async function send(
  url: string,
  ca: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: string }> {
  const method = body === undefined ? 'GET' : 'POST';
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const asked = request(url, { method, ca, headers });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, body: await text(response) };
}

for (const speed of IS_LONG ? [1, 60, 1_000] : [60]) {
  test(`one configuration and one clock at ${speed} times real time`, async (t) => {
    const folder = join(root, String(speed));
    const [file, data] = [join(folder, 'emulated.yaml'), join(folder, 'data')];
    const running = await emulator(t, file, speed);
    assert.equal(statSync(join(folder, 'collector.secret')).mode & 0o777, 0o600);
    addTool(file, folder);
    const serving = await ServerProcess.start(data, file, {});
    t.after(() => serving.end());
    const emulatorCa = readFileSync(join(folder, 'authorities.pem'), 'utf8');
    const timeOf = async (): Promise<number> =>
      (JSON.parse((await send(running.clock, emulatorCa)).body) as { nowMs: number }).nowMs;

    const startMs = await timeOf();
    const finding = await untilFound(data, serving);
    assert.ok(finding.time < (await timeOf()), 'the finding is from the time of the tenant');

    const point = `${String(serving.ready['enforcementUrl'])}/access/v1/evaluation`;
    const pointCa = readFileSync(join(folder, 'access.pem'), 'utf8');
    const decide = (): ReturnType<typeof send> => send(point, pointCa, evaluation());
    const beforeMs = await timeOf();
    const { status, body } = await decide();
    assert.equal(status, 200, body);
    const { context } = JSON.parse(body) as { readonly context: { readonly id: string } };
    const decision = await entryOf(data, context.id);
    const decidedMs = Date.parse(decision.leaf.at);
    // Between two readings the clock is estimated: a second of this machine is `speed` seconds.
    assert.ok(decidedMs > beforeMs - speed * 1000, decision.leaf.at);
    assert.ok(decidedMs < (await timeOf()) + speed * 1000, decision.leaf.at);

    const coverage = await serving.ask<{ readonly items: readonly CoverageItem[] }>(
      '/api/v1/coverage',
    );
    const nowMs = await timeOf();
    const own = coverage.items.filter(({ tenant }) => tenant === running.tenant);
    const states = JSON.stringify(own.map(({ source, state, to }) => [source, state, to]));
    assert.ok(own.length > 0);
    for (const { state, to, source } of own) {
      assert.ok(['collected', 'corroborated', 'late', 'unknown'].includes(state), states);
      if (state === 'collected') assert.ok(Date.parse(to ?? '') <= nowMs + speed * 1000, source);
    }
    // An interval is collected once it had time to settle, which takes an hour of the tenant.
    const isSettled = nowMs - startMs > SETTLED_MS;
    const isCollected = own.some(({ state }) => state === 'collected');
    assert.ok(!isSettled || isCollected, states);
    // A source that still catches up says so, and a broken connection is tried again.
    const refused = serving.log.filter(({ event, because }) => {
      const isBehind = /partial \(behind\)|tries again/.test(String(because));
      return event === 'failed' || (event === 'problem' && !isBehind);
    });
    assert.deepEqual(refused, []);

    // Under a clock that stands still no input gets stale, so nothing is decided.
    await running.kill();
    for (;;) {
      const { status: later } = await decide();
      if (later !== 200) break;
      await pause(ASK_EVERY_MS);
    }
    assert.equal(await serving.end(), 0);
    await assertFsckClean(data);
  });
}

type CoverageItem = {
  readonly tenant: string;
  readonly source: string;
  readonly state: string;
  readonly to: string | null;
};

/** A program asks for access to an application of the company. */
function addTool(file: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tool.sha256'), createHash('sha256').update(TOKEN).digest('hex'));
  // The enforcement points end the file.
  appendFileSync(
    file,
    '  tools: [{ name: wiki, tokenHash: { file: tool.sha256 }, resources: [{ type: app }] }]\n' +
      'log: json\n',
  );
}

function evaluation(): object {
  return {
    subject: { type: 'user', id: 'a.person@northmoor.example' },
    action: { name: 'useApp' },
    resource: { type: 'app', id: 'wiki' },
  };
}

async function untilFound(
  data: string,
  serving: ServerProcess,
): Promise<{ readonly time: number }> {
  for (;;) {
    assert.equal(serving.child.exitCode, null, JSON.stringify(serving.log.slice(-5)));
    const asked = ['findings', '--min-severity', 'high', '--data', data, '--json'];
    const { stdout } = await countersign(asked);
    const [first] = stdout.split('\n');
    if (first?.startsWith('{') === true) return JSON.parse(first) as { readonly time: number };
    await pause(ASK_EVERY_MS);
  }
}

async function entryOf(data: string, decision: string): Promise<{ leaf: { at: string } }> {
  for (;;) {
    const { code, stdout } = await countersign(['show', decision, '--data', data, '--json']);
    if (code === 0) return JSON.parse(stdout) as { leaf: { at: string } };
    await pause(ASK_EVERY_MS);
  }
}
