import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { REPOSITORY, start } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess } from '../support/server-process.ts';

const MONITORING = join(REPOSITORY, 'content/monitoring');
const RULES = join(MONITORING, 'prometheus/countersign.yml');
const DASHBOARD = join(MONITORING, 'grafana/countersign.json');
const root = temporaryFolder('monitoring');
const INSTALL = 'install the Debian package prometheus';
const ASK_EVERY_MS = 250;

/** Metrics that exist only under a condition that this service does not have. */
const CONDITIONAL = new Set([
  // No detector failed, and no canary is configured.
  ...['countersign_detector_failed', 'countersign_canaries', 'countersign_canary_delay_seconds'],
  // Nothing expires, was decided or has settled yet.
  'countersign_source_lag_seconds',
  'countersign_quota_loses_from_timestamp_seconds',
  'countersign_decision_duration_seconds',
]);

/** Nothing listens there, so that the metrics of a failing feed exist. */
const FEED = `feeds:
  - name: soc
    kind: webhook
    url: http://127.0.0.1:9/
    allow: [loopback]
    start: beginning
    secrets: [{file: ${join(root, 'soc.secret')}}]
`;

function lacks(command: string): string | false {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return INSTALL;
  }
}

/** The metrics that the dashboard and the rules read, without the suffixes of histograms. */
function namesUsed(): ReadonlySet<string> {
  const texts = [readFileSync(DASHBOARD, 'utf8'), readFileSync(RULES, 'utf8')];
  const names = texts.flatMap((text) => [...text.matchAll(/\bcountersign_[a-z_]+/g)]);
  return new Set(names.map(([name]) => name.replace(/_(?:bucket|sum|count)$/, '')));
}

test('promtool accepts the rules, and their tests hold', { skip: lacks('promtool') }, () => {
  const options = { cwd: join(MONITORING, 'prometheus'), encoding: 'utf8' } as const;
  const checked = execFileSync('promtool', ['check', 'rules', 'countersign.yml'], options);
  assert.match(checked, /SUCCESS/);
  const tested = execFileSync('promtool', ['test', 'rules', 'countersign.test.yml'], options);
  assert.match(tested, /SUCCESS/);
});

test('every metric of the dashboard and the rules is in the reference', () => {
  const reference = readFileSync(join(REPOSITORY, 'docs/reference/metrics.md'), 'utf8');
  assert.ok(namesUsed().size > 15);
  for (const name of namesUsed()) assert.ok(reference.includes(`| \`${name}\` |`), name);
});

test('every alert has a test that fires it', () => {
  const alerts = [...readFileSync(RULES, 'utf8').matchAll(/alert: (\w+)/g)].map(([, name]) => name);
  const tests = readFileSync(join(MONITORING, 'prometheus/countersign.test.yml'), 'utf8');
  for (const name of alerts) assert.match(tests, new RegExp(`alertname[=:] ?"?${name}\\b`));
});

test('a Prometheus scrapes a running service, and its queries find each metric', async (t) => {
  const serving = await runningService(t);
  await serving.ask('/api/v1/findings');
  // A source has coverage and a budget only after its first polls.
  await until(
    async () => missingIn(await (await serving.get('/metrics')).text()),
    (names) => names.length === 0,
  );
  const missing = lacks('prometheus');
  if (missing !== false) return t.skip(missing);
  const api = await prometheus(t, serving.url);
  const { activeTargets } = await until(
    () => api<{ activeTargets: readonly { health: string; lastError: string }[] }>('targets'),
    (found) => found.activeTargets.some(({ health }) => health === 'up'),
  );
  assert.equal(activeTargets[0]?.lastError, '');
  const expressions = [...readFileSync(DASHBOARD, 'utf8').matchAll(/"expr": (".*")/g)];
  for (const [, quoted = ''] of expressions) {
    const query = (JSON.parse(quoted) as string).replaceAll('$instance', '.*');
    await api(`query?${new URLSearchParams({ query })}`);
  }
  const { groups } = await until(
    () => api<{ groups: readonly { rules: readonly { health: string }[] }[] }>('rules'),
    (found) => found.groups.flatMap(({ rules }) => rules).every(({ health }) => health === 'ok'),
  );
  assert.ok(groups.length > 3);
});

/** The metrics that a service of this kind has, and that a scrape lacks. */
function missingIn(text: string): string[] {
  return [...namesUsed()].filter(
    (name) => !CONDITIONAL.has(name) && !text.includes(`# TYPE ${name} `),
  );
}

async function runningService(t: TestContext): Promise<ServerProcess> {
  const file = join(root, 'emulated.yaml');
  const emulator = start([
    ...['emulator', '--people', '10', '--history', '2', '--json'],
    ...['--external-method', '--write-config', file],
  ]);
  t.after(() => emulator.kill('SIGTERM'));
  assert.ok(emulator.stdout !== null);
  await once(createInterface({ input: emulator.stdout }), 'line');
  writeFileSync(join(root, 'soc.secret'), `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  appendFileSync(file, `log: json\n${FEED}`);
  const serving = await ServerProcess.start(join(root, 'data'), file, {});
  t.after(() => serving.end());
  await serving.logged(({ event }) => event === 'polled');
  return serving;
}

type Api = <Data>(path: string) => Promise<Data>;

/** A Prometheus with our rules, which scrapes the service each second. */
async function prometheus(t: TestContext, url: string): Promise<Api> {
  const port = await freePort();
  const config = join(root, 'prometheus.yml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [RULES],
      scrape_configs: [
        { job_name: 'countersign', static_configs: [{ targets: [new URL(url).host] }] },
      ],
    }),
  );
  const child = spawn('prometheus', [
    ...[`--config.file=${config}`, `--storage.tsdb.path=${join(root, 'tsdb')}`],
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  const closed = once(child, 'close');
  t.after(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  const base = `http://127.0.0.1:${port}`;
  const isReady = (): Promise<boolean> =>
    fetch(`${base}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(isReady, (ready) => ready);
  return async <Data>(path: string) => {
    const response = await fetch(`${base}/api/v1/${path}`);
    const body = (await response.json()) as { status: string; error?: string; data: Data };
    assert.equal(body.status, 'success', `${path}: ${body.error}`);
    return body.data;
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function until<Value>(
  read: () => Promise<Value>,
  fits: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    await pause(ASK_EVERY_MS);
  }
}
