import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Ended, ended, REPOSITORY } from './support/command-line.ts';
import { olderNode } from './support/other-node.ts';

/** What npm says when there is no registry to fetch from, or nothing in its cache. */
const NO_REGISTRY = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTCACHED|network/;
const NEEDED_TO_BUILD = [
  'bin',
  'content',
  'docs',
  'emulator',
  'src',
  'tools',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.emulator.json',
  'README.md',
  'LICENSE',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'SECURITY.md',
];

const folder = mkdtempSync(join(tmpdir(), 'countersign-package-'));
const clone = join(folder, 'clone');
const consumer = join(folder, 'consumer');
let packed: { filename: string; files: { path: string }[] };
let noRegistry: string | undefined;

/** The Node that users of the package start it with: the oldest that this machine has. */
const userNode = olderNode() ?? process.execPath;

function run(cwd: string, command: string, args: readonly string[]): Promise<Ended> {
  const { COUNTERSIGN_DATA: _, ...env } = process.env;
  const path = [dirname(userNode), process.env['PATH']].join(delimiter);
  return ended(spawn(command, args, { cwd, env: { ...env, PATH: path, NO_COLOR: '1' } }));
}

before(async () => {
  mkdirSync(clone);
  for (const name of NEEDED_TO_BUILD) {
    cpSync(join(REPOSITORY, name), join(clone, name), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(clone, 'node_modules'));
  const pack = await run(clone, 'npm', ['pack', '--json', '--loglevel=error']);
  assert.equal(pack.code, 0, pack.stderr + pack.stdout);
  [packed] = JSON.parse(pack.stdout.slice(pack.stdout.indexOf('[\n'))) as [typeof packed];
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{"name":"consumer","private":true}');
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const tarball = join(clone, packed.filename);
  const install = await run(consumer, 'npm', ['install', ...options, tarball]);
  if (install.code !== 0 && NO_REGISTRY.test(install.stderr)) noRegistry = install.stderr;
  else assert.equal(install.code, 0, install.stderr);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('packs compiled code, types, the sample and the documents, and nothing else', () => {
  const paths = packed.files.map((file) => file.path);
  for (const path of [
    'bin/countersign',
    'bin/package.json',
    'dist/cli/main.js',
    'dist/ledger/index.js',
    'dist/ledger/index.d.ts',
    'dist/emulator/command.js',
    'content/sample/README.md',
    'content/policies/people.test.yaml',
    'docs/doors.md',
    'LICENSE',
    'README.md',
  ]) {
    assert.ok(paths.includes(path), `${path} is not in the package`);
  }
  const strange = paths.filter((path) =>
    /\.test\.[jt]s|(?:^|\/)testing\/|^(?:src|test|tools)\//.test(path),
  );
  assert.deepEqual(strange, []);
});

test('imports an export where it was installed', async (t) => {
  if (noRegistry !== undefined) return t.skip(`the package registry cannot be reached`);
  const record = {
    CreationTime: '2026-03-02T08:31:07',
    Id: '0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f0c11',
    Operation: 'FileAccessed',
    OrganizationId: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794',
    RecordType: 6,
    UserType: 0,
    UserKey: 'i:0h.f|membership|10032001@live.com',
    Workload: 'SharePoint',
    UserId: 'freya.sandison@northmoor.example',
    ObjectId: 'https://sharepoint.northmoor.example/sites/Surveys/plan.docx',
  };
  writeFileSync(join(consumer, 'one.json'), JSON.stringify(record));
  const launcher = join(consumer, 'node_modules', '.bin', 'countersign');
  const args = ['import', 'one.json', '--data', 'data', '--json'];
  const imported = await run(consumer, launcher, args);
  assert.equal(imported.code, 0, imported.stderr);
  const report = JSON.parse(imported.stdout) as Record<string, unknown>;
  assert.deepEqual(
    [report['files'], report['read'], report['accepted'], report['rejected']],
    [1, 1, 1, 0],
  );
  const again = await run(consumer, launcher, args);
  assert.equal((JSON.parse(again.stdout) as Record<string, unknown>)['duplicates'], 1);
});

test('can be imported by its parts', async (t) => {
  if (noRegistry !== undefined) return t.skip(`the package registry cannot be reached`);
  const parts = ['core', 'intake', 'ledger', 'ocsf', 'books'];
  const code = parts.map((part) => `import * as ${part} from 'countersign/${part}';`).join('\n');
  const count = `console.log([${parts.join()}].every((m) => Object.keys(m).length > 0));`;
  writeFileSync(join(consumer, 'parts.mjs'), `${code}\n${count}\n`);
  const { stdout, stderr } = await run(consumer, process.execPath, ['parts.mjs']);
  assert.equal(stdout, 'true\n', stderr);
});

test('each entry loads on the Node that is declared for it, and on no older one', async (t) => {
  if (noRegistry !== undefined) return t.skip(`the package registry cannot be reached`);
  const old = olderNode();
  if (old === undefined) return t.skip('no Node 20 to 23 on the PATH of this machine');
  const text = readFileSync(join(REPOSITORY, 'package.json'), 'utf8');
  const manifest = JSON.parse(text) as {
    readonly nodeOfEachEntry: Readonly<Record<string, number>>;
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const { 'bin/countersign': _, ...declared } = manifest.nodeOfEachEntry;
  const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');
  assert.deepEqual(Object.keys(declared).sort(), entries.sort());
  for (const [entry, major] of Object.entries(declared)) {
    const code = `await import('countersign/${entry.slice(2)}')`;
    const load = (node: string): Promise<Ended> =>
      run(consumer, node, ['--input-type=module', '-e', code]);
    assert.equal((await load(process.execPath)).code, 0, entry);
    assert.equal((await load(old)).code === 0, major < 24, entry);
  }
});

test('runs the emulator where it was installed, and stops it when asked', async (t) => {
  if (noRegistry !== undefined) return t.skip(`the package registry cannot be reached`);
  const launcher = join(consumer, 'node_modules', '.bin', 'countersign');
  const args = ['emulator', '--people', '10', '--history', '0', '--json'];
  const child = spawn(launcher, args, { cwd: consumer });
  t.after(() => child.kill('SIGKILL'));
  const whole = ended(child);
  const line = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (part) => {
      text += String(part);
      if (text.endsWith('\n')) resolve(text);
    });
    child.once('exit', () => resolve(text));
  });
  const { origins, tenants } = JSON.parse(line) as {
    origins: { login: string };
    tenants: [{ tenantId: string }];
  };
  const path = `${tenants[0].tenantId}/.well-known/openid-configuration`;
  assert.equal((await fetch(`${origins.login}/${path}`)).status, 200);
  child.kill('SIGTERM');
  assert.equal((await whole).code, 0);
});
