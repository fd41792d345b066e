import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock, systemRandom } from '@countersign/core';
import type { Config } from '../../apps/countersign/src/config/config.ts';
import { OperatorState } from '../../apps/countersign/src/operators/operator-state.ts';
import { hashOf } from '../../apps/countersign/src/operators/sessions/secret.ts';
import { createFirstLink } from '../../apps/countersign/src/server/first-link.ts';
import { askJson, assertFsckClean } from '../support/account.ts';
import { type RunningService, startSampleService } from '../support/api/running-service.ts';
import { countersign, REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('sign-in-link');
let service: RunningService;

before(async () => {
  service = await startSampleService(root);
});

after(async () => {
  if (service.server.child.exitCode === null) await service.server.end();
});

type NewLink = { readonly link: string; readonly name: string; readonly entry: number };

async function newLink(...args: readonly string[]): Promise<NewLink> {
  return (await askJson(service.dir, ['operators', 'link', ...args])) as NewLink;
}

/** What the page does when its button is pressed. */
async function open(link: string): Promise<{ status: number; cookie: string | undefined }> {
  const { origin, hash } = new URL(link);
  const response = await fetch(`${origin}/api/v1/sign-in/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ secret: hash.slice(1) }),
  });
  await response.body?.cancel();
  return {
    status: response.status,
    cookie: response.headers.getSetCookie()[0]?.replace(/;.*/, ''),
  };
}

/** The files of the data folder that contain a text. */
function filesWith(text: string): readonly string[] {
  return readdirSync(service.dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(service.dir, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(text));
}

test('a link of the command line signs in at the running service, once', async () => {
  const { link, entry } = await newLink('--name', 'ada', '--role', 'auditor');
  assert.match(link, /^http:\/\/localhost:\d+\/sign-in\/link#[\w-]{43}$/);
  const page = await fetch(link);
  assert.match(await page.text(), /<button/);
  const { status, cookie = '' } = await open(link);
  assert.equal(status, 200, JSON.stringify(service.server.log));
  const { origin, hash } = new URL(link);
  const asked = await fetch(`${origin}/api/v1/findings`, { headers: { cookie } });
  assert.equal(asked.status, 200);
  const { items } = (await asked.json()) as { readonly items: readonly unknown[] };
  assert.notEqual(items.length, 0);
  // An auditor may not do this.
  const tokens = { name: 'x', scope: ['feeds:read'], expires: '1d' };
  const refused = await fetch(`${origin}/api/v1/tokens`, {
    method: 'POST',
    headers: { cookie, origin, 'content-type': 'application/json' },
    body: JSON.stringify(tokens),
  });
  assert.equal(refused.status, 403);
  assert.equal((await open(link)).status, 403);
  const made = JSON.stringify(await askJson(service.dir, ['show', String(entry)]));
  assert.match(made, /link-created/);
  const used = JSON.stringify(await askJson(service.dir, ['show', String(entry + 1)]));
  assert.match(used, /operator-signed-in/);
  assert.match(used, /operator local:ada/);
  const secret = hash.slice(1);
  assert.deepEqual(filesWith(secret), []);
  assert.ok(!JSON.stringify(service.server.log).includes(secret));
});

test('once an operator has signed in, a start offers no first link', async () => {
  await open((await newLink()).link);
  assert.equal(firstLink(service.dir), undefined);
});

test('the first link works, and ends the link of an earlier start', async () => {
  const dir = temporaryFolder('first-link');
  const [one, other] = [firstLink(dir), firstLink(dir)];
  assert.match(other ?? '', /^http:\/\/localhost:8480\/sign-in\/link#/);
  using state = OperatorState.open(dir);
  const taken = [one, other].map((link) =>
    state.links.take(hashOf(new URL(link ?? '').hash.slice(1)), systemClock.now()),
  );
  assert.equal(taken[0], undefined);
  assert.deepEqual(taken[1]?.roles, ['administrator']);
});

test('there is no link over a network without TLS', () => {
  const dir = temporaryFolder('first-link');
  const url = (text: string) => ({ url: text, regions: {}, assignments: [] });
  assert.equal(firstLink(dir, { reach: 'network', operators: undefined }), undefined);
  for (const reach of ['loopback', 'network'] as const) {
    const plain = { reach, operators: url('http://countersign.example') };
    assert.equal(firstLink(dir, plain), undefined);
    const secure = firstLink(dir, { reach, operators: url('https://countersign.example') });
    assert.match(secure ?? '', /^https:\/\/countersign\.example\/sign-in\/link#/);
  }
});

test('without a service, the command says how to start one', async () => {
  await service.server.end();
  const { code, stderr } = await countersign(['operators', 'link', '--data', service.dir]);
  assert.equal(code, 2);
  assert.match(stderr, /no service runs on .*; start it with "countersign serve"/);
  await assertFsckClean(service.dir);
});

const hasScript = spawnSync('script', ['--version']).status === 0;

test('serve prints the first link on a terminal', {
  skip: hasScript ? false : 'the command "script" of util-linux is not installed',
}, async () => {
  const dir = join(temporaryFolder('terminal'), 'data');
  const program = join(REPOSITORY, 'apps/countersign/src/main.ts');
  const serve = [process.execPath, program, 'serve', '--config', service.config, '--data', dir];
  const line = `echo "pid $$"; exec ${serve.join(' ')}`;
  const env = { ...process.env, TOOL: 'a'.repeat(64), COLUMNS: '200' };
  const child = spawn('script', ['-qefc', line, '/dev/null'], { env });
  const ended = once(child, 'close');
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  const found = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const [, match] = pattern.exec(text) ?? [];
      if (match !== undefined) return match;
      assert.equal(child.exitCode, null, text);
      await pause(20);
    }
  };
  const pid = Number(await found(/^pid (\d+)/));
  try {
    const link = await found(/(http:\/\/localhost:\d+\/sign-in\/link#[\w-]{43})\s/);
    assert.equal((await open(link)).status, 200);
    assert.equal(text.split(link).length, 2, 'it is printed once');
  } finally {
    process.kill(pid, 'SIGTERM');
    await ended;
  }
});

function firstLink(
  dir: string,
  config: Pick<Config, 'operators' | 'reach'> = { reach: 'loopback' },
): string | undefined {
  const listenUrl = 'http://127.0.0.1:8480';
  const nowMs = systemClock.now();
  return createFirstLink({ dir, config, listenUrl, nowMs, random: systemRandom });
}
