import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interpretation } from '../model/interpretation.ts';
import { interpret } from '../reading/interpret.ts';
import { createMemo } from '../values/memo.ts';

/** Records that tools rewrote must give the same columns. */
type Members = Readonly<Record<string, unknown>>;

const AT = '2024-03-04T08:30:00Z';

function read(source: string, value: unknown): Interpretation {
  return interpret({ source, tenant: '-', id: 'x', at: AT, value }, createMemo());
}

const SIGN_IN = {
  id: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0201',
  createdDateTime: AT,
  userId: 'c0ffee00-0000-4000-8000-000000000001',
  userPrincipalName: 'Ada@Example.org',
  appId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  resourceDisplayName: 'Microsoft Graph',
  ipAddress: '192.0.2.7',
  isInteractive: true,
  sessionId: '0f0f0f0f-0000-4000-8000-000000000001',
  status: { errorCode: 50126, failureReason: "it's wrong" },
  location: { countryOrRegion: 'BE' },
  deviceDetail: { deviceId: 'de000000-0000-4000-8000-000000000001' },
};

const AUDIT = {
  id: 'Directory_1',
  activityDateTime: AT,
  activityDisplayName: 'Add member to role',
  result: 'success',
  initiatedBy: {
    user: {
      id: 'c0ffee00-0000-4000-8000-000000000001',
      userPrincipalName: 'Ada@Example.org',
      ipAddress: '192.0.2.7',
    },
  },
  targetResources: [
    {
      id: 'c0ffee00-0000-4000-8000-000000000002',
      type: 'User',
      userPrincipalName: 'bob@example.org',
      modifiedProperties: [
        { displayName: 'Role.DisplayName', oldValue: null, newValue: '"Helpdesk"' },
      ],
    },
  ],
};

const UAL = {
  Id: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0203',
  CreationTime: '2024-03-04T08:30:00',
  Operation: 'UserLoginFailed',
  RecordType: 15,
  Workload: 'AzureActiveDirectory',
  OrganizationId: '5f1c2ab0-9d3e-4c77-8a21-0e6b7d94c3f1',
  ResultStatus: 'Success',
  UserId: 'Ada@Example.org',
  UserKey: 'c0ffee00-0000-4000-8000-000000000001',
  UserType: 0,
  ClientIP: '192.0.2.7',
  ErrorNumber: '50126',
  ExtendedProperties: [
    { Name: 'UserAgent', Value: 'curl/8' },
    { Name: 'RequestType', Value: 'OAuth2:Token' },
  ],
  DeviceProperties: [
    { Name: 'OS', Value: 'Windows' },
    { Name: 'SessionId', Value: '0f0f0f0f-0000-4000-8000-000000000001' },
  ],
  Actor: [
    { ID: 'c0ffee00-0000-4000-8000-000000000001', Type: 0 },
    { ID: 'Ada@Example.org', Type: 5 },
  ],
};

type RowRewrite = (item: Members) => Members;

const cell = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
const cells: RowRewrite = (item) =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, cell(value)]));

function flat(item: Members, separator: string, isText: boolean): Members {
  const found: [string, unknown][] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) {
      found.push([path, isText ? cell(value ?? '') : value]);
      return;
    }
    for (const [name, inner] of Object.entries(value)) {
      walk(inner, path === '' ? name : `${path}${separator}${name}`);
    }
  };
  walk(item, '');
  return Object.fromEntries(found);
}

function renamedBy(value: unknown, spell: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamedBy(item, spell));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [spell(name), renamedBy(inner, spell)]),
  );
}

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const python = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (typeof inner === 'boolean' ? String(inner) : inner))
    .replaceAll("'", "\\'")
    .replaceAll('"', "'")
    .replaceAll("\\'\\'", "\\'")
    .replaceAll("\\\\'", "\\'");

const REWRITINGS: Readonly<Record<string, RowRewrite>> = {
  'cells of a table': cells,
  'names with dots': (item) => flat(item, '.', false),
  'names with dots, in cells': (item) => flat(item, '.', true),
  'names with slashes, in cells': (item) => flat(item, '/', true),
};

const GRAPH_REWRITINGS: Readonly<Record<string, RowRewrite>> = {
  ...REWRITINGS,
  "PowerShell's names": (item) => renamedBy(item, pascal) as Members,
  "PowerShell's names, in cells": (item) => cells(renamedBy(item, pascal) as Members),
  'lower-case names': (item) => renamedBy(item, (name) => name.toLowerCase()) as Members,
  'capitals alone': (item) => renamedBy(item, (name) => name.toUpperCase()) as Members,
};

for (const [name, rewritten] of Object.entries(GRAPH_REWRITINGS)) {
  test(`a Graph sign-in and a directory audit read the same with ${name}`, () => {
    for (const [source, item] of [
      ['graph/signIns', SIGN_IN],
      ['graph/directoryAudits', AUDIT],
    ] as const) {
      assert.deepEqual(read(source, rewritten(item)), read(source, item));
    }
  });
}

test("nested data in a cell reads the same as a Python script's text", () => {
  const item = { ...SIGN_IN, status: python(SIGN_IN.status), location: python(SIGN_IN.location) };
  assert.deepEqual(read('graph/signIns', item), read('graph/signIns', SIGN_IN));
});

for (const [name, rewritten] of Object.entries(REWRITINGS)) {
  test(`an audit record reads the same with ${name}`, () => {
    const source = 'm365.export/unified-audit-log';
    assert.deepEqual(read(source, rewritten(UAL)), read(source, UAL));
  });
}

test("a search tool's columns of values read as the original lists", () => {
  const source = 'm365.export/unified-audit-log';
  const { ExtendedProperties, DeviceProperties, Actor, ...plain } = UAL;
  const columns = (name: string, items: readonly Members[]): Members =>
    Object.fromEntries(
      Object.keys(items[0] as Members).map((member) => [
        `${name}{}.${member}`,
        items.map((item) => String(item[member])),
      ]),
    );
  const lists = {
    ...columns('ExtendedProperties', ExtendedProperties),
    ...columns('DeviceProperties', DeviceProperties),
    ...columns('Actor', Actor),
  };
  const inCells = Object.fromEntries(
    Object.entries(lists).map(([name, values]) => [name, (values as string[]).join('\n')]),
  );
  const expected = read(source, UAL);
  assert.deepEqual(read(source, { ...plain, RecordType: '15', ...lists }), expected);
  assert.deepEqual(read(source, { ...cells(plain), ...inCells }), expected);
});

test("nests a search engine's flattened columns again", () => {
  const source = 'm365.export/unified-audit-log';
  const row = flat({ o365: { audit: UAL } }, '.', true);
  assert.deepEqual(read(source, row), read(source, UAL));
});

test('a row of Log Analytics reads the same with lower-case names', () => {
  const row = {
    TimeGenerated: AT,
    Category: 'SignInLogs',
    ResultType: '50126',
    UserPrincipalName: 'ada@example.org',
    UserId: SIGN_IN.userId,
    IPAddress: '192.0.2.7',
    Status: JSON.stringify(SIGN_IN.status),
  };
  const small = renamedBy(row, (name) => name.toLowerCase());
  const source = 'log-analytics/SigninLogs';
  assert.deepEqual(read(source, small), read(source, row));
});
