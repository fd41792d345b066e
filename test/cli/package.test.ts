import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { olderNode } from '../support/cli/older-node.ts';
import { ended, type ProcessResult, REPOSITORY } from '../support/command-line.ts';

/** npm's messages without a registry to fetch from, or with an empty cache. */
const NO_REGISTRY = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTCACHED|network/;
const OPTIONS = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

const folder = mkdtempSync(join(tmpdir(), 'countersign-package-'));
const staged = join(folder, 'staged');
const consumer = join(folder, 'consumer');
const tarballs = new Map<string, string>();
const packed = new Map<string, readonly string[]>();
let noRegistry: string | undefined;

/** The Node with which users start the package: the oldest on this machine. */
const userNode = olderNode() ?? process.execPath;

function run(cwd: string, command: string, args: readonly string[]): Promise<ProcessResult> {
  const { COUNTERSIGN_DATA: _, ...env } = process.env;
  const path = [dirname(userNode), process.env['PATH']].join(delimiter);
  return ended(spawn(command, args, { cwd, env: { ...env, PATH: path, NO_COLOR: '1' } }));
}

/** An empty project with packages from their tarballs, and their dependencies. */
async function install(project: string, names: readonly string[]): Promise<void> {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name":"consumer","private":true}');
  const files = names.map((name) => tarballs.get(name) as string);
  const done = await run(project, 'npm', ['install', ...OPTIONS, ...files]);
  if (done.code !== 0 && NO_REGISTRY.test(done.stderr)) noRegistry = done.stderr;
  else assert.equal(done.code, 0, done.stderr);
}

before(async () => {
  const pack = join(REPOSITORY, 'tools/pack.ts');
  const made = await ended(spawn(process.execPath, [pack, '--to', staged], { cwd: REPOSITORY }));
  assert.equal(made.code, 0, made.stderr + made.stdout);
  for (const name of readdirSync(staged)) {
    const { code, stdout, stderr } = await run(join(staged, name), 'npm', ['pack', '--json']);
    assert.equal(code, 0, stderr);
    const [{ filename, files }] = JSON.parse(stdout) as [
      { filename: string; files: { path: string }[] },
    ];
    tarballs.set(name, join(staged, name, filename));
    packed.set(
      name,
      files.map(({ path }) => path),
    );
  }
  await install(consumer, [...tarballs.keys()]);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('packs compiled code, types, the sample and the documents, and nothing else', () => {
  const product = packed.get('countersign') ?? [];
  for (const path of [
    'bin/countersign',
    'bin/package.json',
    'dist/main.js',
    'dist/worker.js',
    'dist/THIRD-PARTY-LICENSES.txt',
    'content/sample/README.md',
    'content/policies/people.test.yaml',
    'docs/status.md',
    'LICENSE',
    'README.md',
  ]) {
    assert.ok(product.includes(path), `${path} is not in the package`);
  }
  for (const path of ['dist/index.js', 'dist/index.d.ts', 'README.md', 'LICENSE']) {
    assert.ok(packed.get('countersign-ledger')?.includes(path), `${path} is not in the package`);
  }
  const strange = [...packed.values()]
    .flat()
    .filter((path) => /\.test\.[jt]s|(?:^|\/)testing\/|^(?:src|test|tools)\//.test(path));
  assert.deepEqual(strange, []);
});

for (const folder of globSync('{packages/*,apps/countersign}', { cwd: REPOSITORY })) {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, folder, 'package.json'), 'utf8')) as {
    name: string;
  };
  const name = manifest.name.replace('@', '').replace('/', '-');
  test(`publint has nothing to report about ${manifest.name}`, async () => {
    const bytes = readFileSync(tarballs.get(name) as string);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    );
  });
}

test('the API reference describes every name that a package exports', async (t) => {
  if (noRegistry !== undefined) return t.skip('the package registry cannot be reached');
  const reference = join(folder, 'reference');
  const write = join(REPOSITORY, 'tools/write-reference.ts');
  const args = [write, '--from', staged, '--to', reference];
  const written = await ended(spawn(process.execPath, args, { cwd: REPOSITORY }));
  assert.equal(written.code, 0, written.stderr);
  const packages = readdirSync(join(consumer, 'node_modules', '@countersign'));
  assert.ok(packages.length > 0);
  for (const name of packages) {
    const list = `console.log(Object.keys(await import('@countersign/${name}')).join('\\n'))`;
    const load = ['--input-type=module', '-e', list];
    const { stdout, stderr } = await run(consumer, process.execPath, load);
    const page = readFileSync(join(reference, `${name}.md`), 'utf8');
    const names = stdout.split('\n').filter((line) => line !== '');
    assert.ok(names.length > 0, stderr);
    assert.deepEqual(
      names.filter((exported) => !page.includes(`\n### ${exported}\n`)),
      [],
      name,
    );
  }
});

/** Packages that work alone, with the workspace packages that each installs. */
const ALONE: readonly (readonly [name: string, own: readonly string[], example: string])[] = [
  ['sigma', ['core'], 'parseRules'],
  ['ledger', ['core', 'tlog'], 'LedgerReader'],
];

for (const [name, own, example] of ALONE) {
  test(`${name} installs alone, and loads`, async (t) => {
    if (noRegistry !== undefined) return t.skip('the package registry cannot be reached');
    const project = join(folder, `only-${name}`);
    await install(
      project,
      [name, ...own].map((part) => `countersign-${part}`),
    );
    const ours = readdirSync(join(project, 'node_modules', '@countersign')).sort();
    assert.deepEqual(ours, [name, ...own].sort());
    const load = `const all = await import('@countersign/${name}');`;
    const code = `${load}\nconsole.log(typeof all.${example});`;
    writeFileSync(join(project, 'load.mjs'), code);
    const { stdout, stderr } = await run(project, process.execPath, ['load.mjs']);
    assert.equal(stdout, 'function\n', stderr);
  });
}

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

for (const [args, modulesMax] of [
  [['--version'], 20],
  [['ledger', 'prove', '0', '--data', 'data'], 50],
] as const) {
  const name = args.slice(0, 2).join(' ');
  test(`an installed ${name} loads at most ${modulesMax} files`, async (t) => {
    if (noRegistry !== undefined) return t.skip(`the package registry cannot be reached`);
    const preload = join(REPOSITORY, 'test/support/cli/count-modules.ts');
    const main = join(consumer, 'node_modules/countersign/dist/main.js');
    const { code, stderr } = await run(consumer, process.execPath, [
      ...['--import', preload, main],
      ...args,
    ]);
    assert.equal(code, 0, stderr);
    const count = Number(/modules: (\d+)/.exec(stderr)?.[1]);
    assert.ok(count > 0 && count <= modulesMax, `it loads ${count} files`);
  });
}

test('each package loads on the Node that it declares, and on no older one', async (t) => {
  if (noRegistry !== undefined) return t.skip(`the package registry cannot be reached`);
  const old = olderNode();
  if (old === undefined) return t.skip('no Node 20 to 23 on the PATH of this machine');
  for (const name of readdirSync(join(consumer, 'node_modules', '@countersign'))) {
    const file = join(consumer, 'node_modules', '@countersign', name, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { engines: { node: string } };
    const code = `await import('@countersign/${name}')`;
    const load = (node: string): Promise<ProcessResult> =>
      run(consumer, node, ['--input-type=module', '-e', code]);
    assert.equal((await load(process.execPath)).code, 0, name);
    const isOldEnough = manifest.engines.node === '>=20';
    assert.equal((await load(old)).code === 0, isOldEnough, name);
  }
});

test('runs the emulator where it was installed, and stops it on request', async (t) => {
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
