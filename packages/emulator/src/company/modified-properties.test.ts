import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { IS_LONG } from '../../../../tools/property.ts';
import type { Emulator } from '../emulator-options.ts';
import { DEPARTMENTS } from '../population/names.ts';
import { loadScenario } from '../scenarios/steps/scenario.ts';
import { startEmulator } from '../start-emulator.ts';

const START_MS = Date.UTC(2026, 2, 2);
const DAY_MS = 86_400_000;
const FEED = 'activity/Audit.AzureActiveDirectory';

type Line = {
  readonly Operation: string;
  readonly CreationTime: string;
  readonly RecordType: number;
  readonly Target: readonly { readonly ID: string; readonly Type: number }[];
  readonly ModifiedProperties?: readonly {
    readonly Name: string;
    readonly NewValue: string;
    readonly OldValue: string;
  }[];
};

function linesOf(emulator: Emulator, tenantId: string): Line[] {
  const lines: Line[] = [];
  for (const { json } of emulator.store.listed(FEED, tenantId, 0, Number.MAX_SAFE_INTEGER)) {
    const line = JSON.parse(String(json)) as Line;
    if (line.RecordType === 8) lines.push(line);
  }
  return lines;
}

type Type = (value: string) => boolean;

const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const like =
  (pattern: string): Type =>
  (value) =>
    new RegExp(`^(?:${pattern})$`, 'i').test(value);
const guid = like(`"?${GUID}"?`);
const names = like('[A-Za-z.]+(?:, [A-Za-z.]+)*');
const named = like('\\S.*');
const isTime: Type = (value) => /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));

/** A JSON list with values of one type. Text has no quotes in it. */
const list =
  (of: Type): Type =>
  (value) => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(value);
    } catch {
      return false;
    }
    return Array.isArray(parsed) && parsed.every((one) => of(String(one)));
  };

const isBoolean = like('true|false');
const address = like('[\\w.+-]+@[\\w.-]+');

/** Every attribute that an operation here changes, with the type of its values. */
const TYPES: Readonly<Record<string, Type>> = {
  'Included Updated Properties': names,
  Department: (value) => DEPARTMENTS.some((one) => one === value),
  MobilePhone: like('\\+\\d[\\d ]{7,15}'),
  DeviceOSVersion: like('\\d+\\.\\d+\\.\\d+\\.\\d+'),
  TechnicalNotificationMails: list(address),
  AccountEnabled: list(isBoolean),
  DisplayName: list(named),
  UserPrincipalName: list(address),
  AppPrincipalId: list(guid),
  StsRefreshTokensValidFrom: list(isTime),
  StrongAuthenticationMethod: like('PhoneAppNotification'),
  KeyDescription: list(
    like(
      `\\[KeyIdentifier=${GUID},KeyType=(?:Password|AsymmetricX509Cert),KeyUsage=Verify,` +
        'DisplayName=[^\\]]*\\]',
    ),
  ),
  'Group.ObjectID': guid,
  'Group.DisplayName': named,
  'Role.ObjectID': guid,
  'Role.TemplateId': guid,
  'Role.DisplayName': named,
  'Role.WellKnownObjectName': named,
  'AppRole.Id': guid,
  'AppRole.Value': like('[\\w.]+'),
  'AppRole.DisplayName': like('[\\w.]+'),
  'ServicePrincipal.ObjectID': guid,
  'ServicePrincipal.AppId': guid,
  'ServicePrincipal.DisplayName': named,
  'ServicePrincipal.Name': named,
  'TargetId.ServicePrincipalNames': named,
  'ConsentContext.IsAdminConsent': like('True|False'),
  'ConsentContext.IsAppOnly': like('True|False'),
  'ConsentContext.OnBehalfOfAll': like('True|False'),
  'ConsentContext.Tags': like('\\w+'),
  'ConsentAction.Permissions': like(
    `\\[\\] => \\[\\[Id: [\\w-]+, ClientId: ${GUID}, PrincipalId: (?:${GUID})?, ` +
      `ResourceId: ${GUID}, ConsentType: (?:AllPrincipals|Principal), Scope: [\\w. ]+\\]\\]; `,
  ),
  'DelegatedPermissionGrant.Scope': like(' ?[\\w.]+(?: [\\w.]+)*'),
  'DelegatedPermissionGrant.ConsentType': like('AllPrincipals|Principal'),
};

function assertTyped({ Operation, ModifiedProperties = [] }: Line): void {
  for (const { Name, NewValue, OldValue } of ModifiedProperties) {
    const isOf = TYPES[Name];
    assert.ok(isOf !== undefined, `${Operation} changes ${Name}, whose type is not stated here`);
    assert.ok(NewValue !== '' || OldValue !== '', `${Operation}: ${Name} says nothing`);
    for (const value of [NewValue, OldValue]) {
      assert.ok(value === '' || isOf(value), `${Operation}: ${Name} is ${value}`);
    }
  }
}

const SCENARIOS = globSync('*.yaml', { cwd: new URL('../../scenarios', import.meta.url) })
  .map((file) => basename(file, '.yaml'))
  .sort();

for (const name of IS_LONG ? SCENARIOS : ['consent-phishing']) {
  test(`every changed value has the type of its attribute: ${name}`, async (t) => {
    const others = loadScenario(name)
      .tenants.slice(1)
      .map(() => ({ people: 12 }));
    const emulator = await startEmulator({
      startMs: START_MS,
      seed: 11,
      historyMs: (IS_LONG ? 40 : 4) * DAY_MS,
      tenants: [{ people: 30 }, ...others],
      scenarios: [name],
    });
    t.after(() => emulator.stop());
    const operations = new Set<string>();
    for (const { tenantId } of emulator.tenants) {
      for (const line of linesOf(emulator, tenantId)) {
        operations.add(line.Operation);
        assertTyped(line);
      }
    }
    assert.ok(operations.size >= 5, [...operations].join(' '));
  });
}

/** Group members according to the directory. */
function membersIn(emulator: Emulator, tenantId: string): Map<string, string[]> {
  const state = emulator.companies.directories.get(tenantId)?.state;
  assert.ok(state !== undefined);
  const groups = [...state.list('groups')].map(({ object }) => object.id);
  return new Map(
    groups.map((id) => [id, [...state.related(id, 'members')].map((one) => one.id).sort()]),
  );
}

test('group membership follows from the log', async (t) => {
  const emulator = await startEmulator({
    startMs: START_MS,
    seed: 11,
    tenants: [{ people: 40 }],
  });
  t.after(() => emulator.stop());
  const { tenantId } = emulator.tenants[0] ?? { tenantId: '' };
  const rebuilt = new Map(
    [...membersIn(emulator, tenantId)].map(([id, members]) => [id, new Set(members)]),
  );
  await emulator.advance(4 * DAY_MS);
  // Also a change over Graph by an administrator.
  const directory = emulator.companies.directories.get(tenantId);
  const [[group, [first = '']] = ['', ['']]] = membersIn(emulator, tenantId);
  const change = { kind: 'groups', id: group, relation: 'members', otherId: first } as const;
  const removed = directory?.apply(
    { act: 'unlink', ...change },
    {
      atMs: emulator.clock.now(),
      by: {
        kind: 'app',
        appId: emulator.credentials.clientId,
        displayName: 'Collector',
        servicePrincipalId: emulator.credentials.clientId,
      },
      correlationId: '7a1e8c0d-3b5f-4c2a-8e9d-1f2a3b4c5d6e',
      truth: { scenario: 'life', isAttacker: false },
    },
  );
  assert.ok(removed !== undefined);
  emulator.store.take(removed);
  const wanted = membersIn(emulator, tenantId);
  const untilMs = emulator.clock.now();
  // Records take hours to arrive; a few take longer.
  await emulator.advance(2 * DAY_MS);
  const lines = linesOf(emulator, tenantId)
    .filter(({ CreationTime }) => Date.parse(`${CreationTime}Z`) <= untilMs)
    .sort((a, b) => (a.CreationTime < b.CreationTime ? -1 : 1));
  let count = 0;
  for (const { Operation, Target, ModifiedProperties = [] } of lines) {
    const isAdded = Operation === 'Add member to group.';
    if (!isAdded && Operation !== 'Remove member from group.') continue;
    const property = ModifiedProperties.find(({ Name }) => Name === 'Group.ObjectID');
    const id = (isAdded ? property?.NewValue : property?.OldValue) ?? '';
    const member = /^User_(.+)$/.exec(Target[0]?.ID ?? '')?.[1] ?? '';
    const members = rebuilt.get(id);
    assert.ok(members !== undefined, `${Operation} of a group that is not there: ${id}`);
    if (isAdded) members.add(member);
    else assert.ok(members.delete(member), `${member} was not in ${id}`);
    count++;
  }
  // The change over Graph, and at least one of an administrator's day.
  assert.ok(count > 1, `${count} changes`);
  const sortedMembers = new Map([...rebuilt].map(([id, members]) => [id, [...members].sort()]));
  assert.deepEqual(sortedMembers, wanted);
});
