import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandUsageError, startCommand } from './command-options.ts';

type StartDocument = {
  origins: Record<string, string>;
  tenants: { tenantId: string; domain: string; people: number }[];
  collector: { clientId: string; clientSecret: string; certificate: string; privateKey: string };
};

test('prints working addresses and credentials', async (t) => {
  const { signal } = new AbortController();
  const options = { people: '20', seed: 'x', history: '2', speed: '60' };
  const started = await startCommand(options, signal);
  t.after(() => started.stop());
  const { origins, tenants, collector } = started.document as StartDocument;
  assert.equal(tenants[0]?.people, 20);
  assert.match(collector.privateKey, /PRIVATE KEY/);
  assert.equal(new X509Certificate(collector.certificate).subject, 'CN=collector');
  const { tenantId } = tenants[0] ?? {};
  const given = await fetch(`${origins['login']}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: collector.clientId,
      client_secret: collector.clientSecret,
      scope: 'https://manage.office.com/.default',
    }),
  });
  const { access_token } = (await given.json()) as { access_token: string };
  const root = `${origins['manage']}/api/v1.0/${tenantId}/activity/feed`;
  const headers = { authorization: `Bearer ${access_token}` };
  const listed = await fetch(`${root}/subscriptions/content?contentType=Audit.Exchange`, {
    headers,
  });
  assert.equal(listed.status, 200);
  const items = (await listed.json()) as { contentUri: string }[];
  assert.ok(items.length > 0, 'two hours of history have reached the feed');
  const blob = await fetch(items[0]?.contentUri ?? '', { headers });
  assert.equal(((await blob.json()) as { OrganizationId: string }[])[0]?.OrganizationId, tenantId);
  assert.deepEqual(started.defects, []);
});

test("writes the company's policy files", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-emulator-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { signal } = new AbortController();
  const options = { people: '10', history: '0', governed: true, policyFiles: folder };
  const started = await startCommand(options, signal);
  t.after(() => started.stop());
  const [tenant] = (started.document as StartDocument).tenants;
  for (const [file, count] of [
    ['directory.yaml', 10],
    ['register.yaml', 8],
  ] as const) {
    const text = readFileSync(join(folder, file), 'utf8');
    assert.ok(text.startsWith(`tenant: ${tenant?.tenantId}\nsince: 20`), text.slice(0, 100));
    assert.equal(text.match(/^ {2}- (?:\{ )?id: [0-9a-f-]{36}/gm)?.length, count, file);
  }
});

test('reports a wrong option in one sentence', async () => {
  const { signal } = new AbortController();
  const wrong = [
    { people: '5' },
    { people: 'many' },
    { speed: '2000' },
    { port: '70000' },
    { history: '-1' },
    { scenario: ['no-such-thing'] },
    { scenario: ['slow-spray:people'] },
    { scenario: ['slow-spray:peple=4'] },
    { faults: ['lost'] },
    { faults: ['lost=2'] },
    { faults: ['chaos=0.1'] },
  ];
  for (const options of wrong) {
    await assert.rejects(startCommand(options, signal), CommandUsageError);
  }
});

test('plays a scenario in as many tenants as it needs', async (t) => {
  const { signal } = new AbortController();
  const scenario = ['midnight-blizzard', 'slow-spray:people=9,successes=0'];
  const options = { people: '20', history: '0', scenario };
  const started = await startCommand(options, signal);
  t.after(() => started.stop());
  const { tenants, origins } = started.document as StartDocument;
  assert.deepEqual(
    tenants.map(({ people }) => people),
    [20, 10],
  );
  assert.deepEqual(Object.keys(origins), ['login', 'manage', 'graph', 'storage']);
});

test('stops making history on an interrupt', async () => {
  const stopping = new AbortController();
  const starting = startCommand({ people: '1000', history: '720' }, stopping.signal);
  stopping.abort(new Error('enough'));
  await assert.rejects(starting, /enough/);
});

test('one configuration collects and decides, with its secrets beside it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-emulator-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { signal } = new AbortController();
  const file = join(folder, 'here', 'emulated.yaml');
  const options = { people: '10', history: '0', speed: '60', externalMethod: true };
  const started = await startCommand({ ...options, writeConfig: file }, signal);
  t.after(() => started.stop());
  const { origins } = started.document as StartDocument;
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(`emulatorClock: ${origins['login']}/emulator/clock\n`));
  assert.match(text, /^tenants:$/m);
  assert.match(text, /^enforcementPoints:$/m);
  for (const [, secret = ''] of text.matchAll(/(?:file|certificate|key): ([\w.-]+)/g)) {
    assert.equal(statSync(join(folder, 'here', secret)).mode & 0o777, 0o600, secret);
  }
});

test('an external method needs a configuration that fits its clock', async () => {
  const { signal } = new AbortController();
  const start = (options: object): Promise<unknown> =>
    startCommand({ people: '10', history: '0', externalMethod: true, ...options }, signal);
  await assert.rejects(start({}), CommandUsageError);
  await assert.rejects(start({ speed: '60', configFiles: 'x' }), /--write-config FILE instead/);
});
