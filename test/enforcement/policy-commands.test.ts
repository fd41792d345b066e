import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { startEmulator } from '@countersign/emulator';
import { askJson } from '../support/account.ts';
import { countersign, REPOSITORY } from '../support/command-line.ts';
import { signInRow } from '../support/detection/planted-sign-ins.ts';
import { temporaryFolder } from '../support/folders.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const ADA = 'a0a0a0a0-7d2a-4f6b-9c3d-2e8a61f0b794';
const PER = 'b0b0b0b0-7d2a-4f6b-9c3d-2e8a61f0b794';
const SOS = 'c0c0c0c0-7d2a-4f6b-9c3d-2e8a61f0b794';
const PILOT = 'd0d0d0d0-7d2a-4f6b-9c3d-2e8a61f0b794';
const BACKUP = 'e0e0e0e0-7d2a-4f6b-9c3d-2e8a61f0b794';
const MINUTE_MS = 60_000;

const root = temporaryFolder('policy-commands');
const at = (name: string): string => join(root, name);

const USUAL = 'enabled: true, risk: none, roles: []';
writeFileSync(
  at('directory.yaml'),
  `tenant: ${TENANT}
people:
  - {id: ${ADA}, names: [${ADA}@planted.example], kind: member, ${USUAL}, groups: [${PILOT}]}
  - {id: ${PER}, names: [${PER}@planted.example], kind: member, ${USUAL}, groups: []}
  - {id: ${SOS}, kind: break-glass, ${USUAL}, groups: []}
groups: [{id: ${PILOT}}]
waves: [{id: pilot, state: open, groups: [${PILOT}]}]
`,
);
writeFileSync(
  at('register.yaml'),
  `tenant: ${TENANT}
workloads:
  - {id: ${BACKUP}, owner: Storage, purpose: Backs up, expires: 2030-01-01}
`,
);
const FILES = ['--directory', at('directory.yaml'), '--register', at('register.yaml')];

type ExportedPolicy = {
  readonly displayName: string;
  readonly state: string;
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

function itemsOf<T>(stdout: string): readonly T[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

async function exported(...args: readonly string[]): Promise<readonly ExportedPolicy[]> {
  const line = ['policy', 'export', 'conditional-access', ...args, '--data', at('none')];
  const { code, stdout, stderr } = await countersign([...line, '--json']);
  assert.equal(code, 0, stderr);
  return itemsOf<ExportedPolicy>(stdout);
}

const WRITER = {
  ...{ clientId: '0a0a0a0a-7d2a-4f6b-9c3d-2e8a61f0b794', secrets: ['a secret'] },
  ...{ objectId: '0b0b0b0b-7d2a-4f6b-9c3d-2e8a61f0b794', name: 'Policies', isEnabled: true },
  ...{ certificates: [], scopes: {}, redirectUris: [], isPublic: false },
};

test("the vendor's part of the policies becomes policies that Graph accepts", async () => {
  const policies = await exported(...FILES);
  assert.deepEqual(
    policies.map(({ displayName }) => displayName.replace(/^Countersign ([^:]+): .+\.$/, '$1')),
    [
      ...['device-seen-unhealthy', 'high-risk', 'open-wave', 'privileged-phishing-resistant'],
      ...['second-factor', 'vendor-policy-applied', 'workload-network', 'workload-registered'],
    ],
  );
  const people = policies.filter(({ conditions }) => !('clientApplications' in conditions));
  for (const { conditions } of people) {
    assert.deepEqual(conditions['users']?.['excludeUsers'], [SOS]);
  }
  const waves = policies.find(({ displayName }) => displayName.includes('open-wave'));
  assert.deepEqual(waves?.conditions['users']?.['excludeGroups'], [PILOT]);
  const apps = policies.find(({ displayName }) => displayName.includes('workload-registered'));
  assert.deepEqual(apps?.conditions['clientApplications']?.['excludeServicePrincipals'], [BACKUP]);
  await assertTaken(policies);
});

/** Graph accepts them unchanged, and returns them unchanged. */
async function assertTaken(policies: readonly ExportedPolicy[]): Promise<void> {
  const roles = { 'https://graph.microsoft.com': ['Policy.ReadWrite.ConditionalAccess'] };
  const emulator = await startEmulator({
    tenants: [{ tenantId: TENANT, domain: 'northmoor.example', apps: [{ ...WRITER, roles }] }],
  });
  const { login, graph } = emulator.origins;
  const response = await fetch(`${login}/${TENANT}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'client_credentials', client_id: WRITER.clientId },
      ...{ client_secret: 'a secret', scope: 'https://graph.microsoft.com/.default' },
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  for (const policy of policies) {
    // Graph accepts one request per second here.
    await emulator.advance(1_500);
    const answer = await fetch(`${graph}/v1.0/identity/conditionalAccess/policies`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(policy),
    });
    const made = (await answer.json()) as ExportedPolicy;
    assert.equal(answer.status, 201, JSON.stringify(made));
    assert.equal(made.state, 'enabledForReportingButNotEnforced');
    // Graph adds every member that was not stated, empty.
    assert.partialDeepStrictEqual(made.conditions, policy.conditions);
  }
  await emulator.stop();
}

test('a policy that names something unknown is omitted, and reported', async () => {
  const bare = ['policy', 'export', 'conditional-access', '--tenant', TENANT, '--json'];
  const { code, stdout, stderr } = await countersign([...bare, '--data', at('none')]);
  assert.equal(code, 3);
  for (const said of [
    'open-wave is omitted',
    'workload-registered is omitted',
    'emergency account',
  ]) {
    assert.ok(stderr.includes(said), stderr);
  }
  assert.equal(itemsOf(stdout).length, 6);
});

test('the export goes to a file as one list', async () => {
  const file = at('policies.json');
  const line = ['policy', 'export', 'conditional-access', ...FILES, '-o', file];
  const { code, stdout } = await countersign([...line, '--data', at('none')]);
  assert.deepEqual([code, stdout], [0, '']);
  assert.equal((JSON.parse(readFileSync(file, 'utf8')) as unknown[]).length, 8);
});

type ChangedPrincipal = { readonly principal: string; readonly policies: readonly string[] };
type ReplayReport = {
  readonly replayed: number;
  readonly lose: number;
  readonly gain: number;
  readonly cannotTell: Readonly<Record<string, number>>;
  readonly losing: readonly ChangedPrincipal[];
};

/** A statement written today says little about a time long ago. */
const START_MS = Math.floor(systemClock.now() / MINUTE_MS) * MINUTE_MS - 60 * MINUTE_MS;
const data = at('data');
const nameOf = (id: string): string => `${id}@planted.example`;

function timeOf(minute: number): string {
  return new Date(START_MS + minute * MINUTE_MS).toISOString();
}

function idOf(n: number): string {
  return `5b1c5b0e-6e0c-4a71-9a62-${String(n).padStart(12, '0')}`;
}

async function replayed(policies: string): Promise<ReplayReport> {
  // The sign-ins come from a file, so their completeness is unknown.
  return askJson<ReplayReport>(data, ['policy', 'replay', '--policies', policies], [3]);
}

/** Our own policies, changed. */
function changed(name: string, change: (people: string) => string): string {
  const folder = at(name);
  cpSync(join(REPOSITORY, 'content', 'policies'), folder, { recursive: true });
  const file = join(folder, 'people.cedar');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return folder;
}

const STRICTER = `
@id("passkeys")
@sentence("Everybody proves a passkey.")
@enforcement_points("eam check")
forbid (principal is Person, action == Action::"signIn", resource is Suite)
unless { context.factor == "phishing-resistant" };
`;

test('replays history under other policies: who would lose or gain access', async () => {
  const person = { flow: 'interactiveUser' } as const;
  const rows = [
    signInRow({ id: idOf(1), atMs: START_MS, who: ADA, ...person }, TENANT),
    signInRow({ id: idOf(2), atMs: START_MS + MINUTE_MS, who: ADA, ...person }, TENANT),
    signInRow({ id: idOf(3), atMs: START_MS + 2 * MINUTE_MS, who: PER, ...person }, TENANT),
    signInRow({ id: idOf(4), atMs: START_MS, who: 'stranger', ...person }, TENANT),
  ];
  writeFileSync(at('rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await askJson(data, ['import', at('rows.jsonl'), '--tenant', TENANT]);
  await askJson(data, ['policy', 'use', ...FILES]);
  writeFileSync(
    at('request.json'),
    JSON.stringify({
      ...{
        enforcementPoint: 'eam',
        subject: { type: 'user', id: ADA },
        action: { name: 'signIn' },
      },
      ...{ resource: { type: 'suite', id: TENANT }, context: { factor: 'multi' } },
    }),
  );
  const count = ['query', 'SELECT count(*) AS n FROM decisions'];
  const before = await countersign([...count, '--data', data]);
  assert.equal(before.code, 3);
  assert.match(before.stderr, /the table decisions holds no row: no enforcement point has asked/);
  await askJson(data, ['decide', at('request.json'), ...FILES]);
  assert.deepEqual(await askJson(data, count), { n: 1 });

  const stricter = await replayed(changed('stricter', (people) => people + STRICTER));
  assert.deepEqual([stricter.replayed, stricter.lose, stricter.gain], [5, 3, 0]);
  assert.deepEqual(stricter.cannotTell, { 'missing: principal.enabled': 1 });
  assert.deepEqual(
    stricter.losing.map(({ principal, policies }) => [principal, policies]),
    [
      [nameOf(ADA), ['passkeys']],
      [ADA, ['passkeys']],
    ],
  );
  const period = ['--from', timeOf(1), '--to', timeOf(2)];
  const { code, stdout } = await countersign([
    ...['policy', 'replay', '--policies', at('stricter'), ...period, '--data', data],
  ]);
  assert.equal(code, 3);
  assert.match(stdout, /1 would lose, 0 would gain/);
  assert.match(stdout, /passkeys/);
});
