import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../apps/countersign/src/config/load-config.ts';
import { sizeOf } from '../../apps/countersign/src/operations/setup/deployment-size.ts';
import { STEP_FORMS } from '../../apps/countersign/src/operations/setup/entra-steps.ts';
import { SOURCES } from '../../apps/countersign/src/operations/setup/setup-plan.ts';
import { countersign, REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const MAIN = join(REPOSITORY, 'apps/countersign/src/main.ts');
const root = temporaryFolder('init');
const FLAGS = ['--id', TENANT, '--name', 'Northmoor: "the mill"', '--seats', '20000'];

type InitOutput = {
  readonly files: readonly string[];
  readonly permissions: readonly { readonly permission: string }[];
  readonly size: { readonly graph: string; readonly diskBytes: number };
  readonly steps: Readonly<Record<string, string>>;
};

async function init(folder: string, ...more: readonly string[]): Promise<InitOutput> {
  const { code, stdout, stderr } = await countersign([
    ...['init', '--to', folder, '--json', ...FLAGS, ...more],
  ]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as InitOutput;
}

test('writes a configuration that serve accepts, with secrets for the owner only', async () => {
  const folder = join(root, 'plain');
  const { files, permissions } = await init(folder);
  assert.ok(files.every((path) => (statSync(path).mode & 0o777) === 0o600));
  assert.equal(statSync(join(folder, 'secrets')).mode & 0o777, 0o700);
  const { tenants, inventory } = loadConfig(join(folder, 'countersign.yaml'), {});
  assert.equal(tenants[0]?.name, 'Northmoor: "the mill"');
  assert.equal(inventory?.tenants[0]?.id, TENANT);
  assert.deepEqual(
    permissions.map(({ permission }) => permission),
    ['ActivityFeed.Read', 'AuditLog.Read.All', 'Directory.Read.All', 'AuditLogsQuery.Read.All'],
  );
  const check = ['serve', '--check', '--config', join(folder, 'countersign.yaml')];
  assert.equal((await countersign(check)).code, 0);
});

test('asks for no right that the chosen sources do not need', async () => {
  const { permissions, steps } = await init(join(root, 'least'), '--collect', 'directory');
  assert.deepEqual(
    permissions.map(({ permission }) => permission),
    ['Directory.Read.All'],
  );
  assert.doesNotMatch(Object.values(steps).join(), /AuditLog|ActivityFeed|ReadWrite/);
});

test('each choice of sources and credentials gives a checked file', async () => {
  const storage = ['--storage-account', 'northmoorlogs'];
  for (const [i, source] of SOURCES.entries()) {
    for (const [k, place] of ['certificate', 'secret-file', 'env:NORTHMOOR_SECRET'].entries()) {
      // In a loop of commands, a process for each would take a minute.
      if ((i + k) % 3 !== 0) continue;
      const more = ['--collect', source, '--credential', place, ...storage];
      const forms = STEP_FORMS.flatMap((form) => ['--steps', form]);
      const { steps } = await init(join(root, `choice-${i}-${k}`), ...more, ...forms);
      for (const form of ['az', 'curl']) {
        const checked = spawnSync('sh', ['-n'], { input: steps[form] ?? 'missing (' });
        assert.equal(checked.status, 0, `${form}: ${String(checked.stderr)}\n${steps[form]}`);
      }
      assert.match(steps['portal'] ?? '', /admin consent/);
    }
  }
});

test('replaces no file, and leaves nothing behind if it fails', async () => {
  const folder = join(root, 'twice');
  await init(folder);
  const before = readFileSync(join(folder, 'countersign.yaml'), 'utf8');
  const again = await countersign(['init', '--to', folder, ...FLAGS, '--retention', '30']);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /exists\. Name another folder/);
  assert.equal(readFileSync(join(folder, 'countersign.yaml'), 'utf8'), before);
  const wrong = ['--id', 'no-guid', '--name', 'N', '--seats', '5'];
  const failed = await countersign(['init', '--to', join(root, 'wrong'), ...wrong]);
  assert.equal(failed.code, 2, failed.stderr);
  assert.match(failed.stderr, /GUID/);
  const left = readdirSync(join(root, 'wrong'), { recursive: true, withFileTypes: true });
  assert.deepEqual(
    left.filter((item) => item.isFile()),
    [],
  );
});

test('in a pipe it asks nothing, names what is missing, and repeats no secret', async () => {
  const { code, stdout, stderr } = await countersign(['init', '--to', join(root, 'pipe')], {
    input: `${TENANT}\n`,
  });
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /--id is missing/);
  const pasted = await countersign(['init', ...FLAGS, '--credential', 'hush-4f6b']);
  assert.equal(pasted.code, 2);
  assert.ok(!pasted.stderr.includes('hush-4f6b'));
});

test('asks on a terminal', async (context) => {
  if (spawnSync('script', ['--version']).error !== undefined) {
    context.skip('needs "script" of util-linux for a terminal');
    return;
  }
  const folder = join(root, 'asked');
  const command = `"${process.execPath}" "${MAIN}" init --to "${folder}"`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let shown = '';
  const answers: readonly (readonly [RegExp, string])[] = [
    [/GUID\): $/, TENANT],
    [/company: $/, 'Asked Ltd'],
    [/license: $/, '300'],
    [/records \[365\]: $/, ''],
    [/Licenses \[E3\]: $/, 'E5, F'],
    [/collect \[[^\]]+\]: $/, ''],
    [/env:NAME \[certificate\]: $/, 'secret-file'],
  ];
  let next = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString('utf8');
    const [prompt, answer] = answers[next] ?? [];
    if (prompt?.test(shown) !== true) return;
    next += 1;
    child.stdin.write(`${answer}\n`);
  });
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0, shown);
  assert.equal(next, answers.length, shown);
  const config = loadConfig(join(folder, 'countersign.yaml'), {});
  assert.deepEqual(config.tenants[0]?.licenses, ['E5', 'F']);
  assert.ok(existsSync(join(folder, 'secrets/collector.secret')));
});

test('an empty secret file stops the doctor and serve with its path', async () => {
  const folder = join(root, 'empty');
  await init(folder, '--credential', 'secret-file');
  const config = join(folder, 'countersign.yaml');
  writeFileSync(config, readFileSync(config, 'utf8').replace(':8480', ':0'));
  const doctor = await countersign(['doctor', '--config', config, '--data', join(root, 'none')]);
  assert.equal(doctor.code, 1);
  assert.match(doctor.stdout, /collector\.secret is empty/);
});

test('a million seats need the export, and a thousand do not', () => {
  const large = sizeOf({ seats: 1_000_000, retentionDays: 365 });
  // contracts 2, 10.6: 2,300/s mean, peak 4 to 5 times.
  assert.ok(large.peakPerSecond > 4 * 2_300 && large.peakPerSecond < 5 * 2_320);
  assert.equal(large.graph, 'too little');
  assert.equal(sizeOf({ seats: 1_000, retentionDays: 365 }).graph, 'enough');
  const short = sizeOf({ seats: 1_000_000, retentionDays: 30 });
  assert.ok(short.diskBytes < large.diskBytes && short.retainedBytes < large.retainedBytes);
});
