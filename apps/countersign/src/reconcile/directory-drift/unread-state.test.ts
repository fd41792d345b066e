import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemo } from '@countersign/ocsf';
import { claimsOf, isClaim } from './claimed-change.ts';
import { privilegeText } from './drift-findings.ts';
import { DriftMatcher } from './drift-matcher.ts';
import { stateVerdictOf } from './drift-verdict.ts';

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const AT_MS = Date.UTC(2026, 2, 9);

type AuditOperation = {
  readonly operation: string;
  readonly recordType: number;
  readonly more: Readonly<Record<string, unknown>>;
};

const FEDERATION: AuditOperation = {
  operation: 'Set federation settings on domain.',
  recordType: 8,
  more: {
    Workload: 'AzureActiveDirectory',
    ObjectId: 'Corp.example',
    Target: [{ ID: 'Corp.example', Type: 1 }],
  },
};

const FULL_ACCESS: AuditOperation = {
  operation: 'Add-MailboxPermission',
  recordType: 1,
  more: {
    Workload: 'Exchange',
    ObjectId: 'boss@corp.example',
    Parameters: [
      { Name: 'Identity', Value: 'boss@corp.example' },
      { Name: 'User', Value: 'ada@corp.example' },
      { Name: 'AccessRights', Value: 'FullAccess' },
    ],
  },
};

function matched({ operation, recordType, more }: AuditOperation): readonly unknown[] {
  const memo = createMemo();
  assert.ok(isClaim(operation, memo));
  const value = {
    ...{ CreationTime: '2026-03-09T00:00:00', Id: 'a', Operation: operation, UserType: 0 },
    ...{ RecordType: recordType, ResultStatus: 'Success', UserId: 'it@corp.example', ...more },
  };
  const source = 'm365.export/unified-audit-log';
  const claims = claimsOf({ source, tenant: TENANT, atMs: AT_MS, operation, value }, memo);
  const observed = claims.map((claim) => {
    return { ...claim, index: 7, tenant: TENANT, atMs: AT_MS, who: 'it@corp.example' };
  });
  const absence = () => ({ cause: 'no-sign-in', bound: 0 }) as const;
  const matcher = new DriftMatcher({ histories: [], observed, absence, isCut: false });
  assert.deepEqual([...matcher.shown()], []);
  return [...matcher.said()].map((match) => {
    return [privilegeText(match), match.way, match.cause, stateVerdictOf(match.cause)];
  });
}

const CANNOT_TELL = ['not-collected', 'unknown'] as const;

test('federation of a domain is not collected, so the effect of events is unknown', () => {
  assert.deepEqual(matched(FEDERATION), [
    ['trust of the domain corp.example', 'in', ...CANNOT_TELL],
  ]);
  const removed = { ...FEDERATION, operation: 'Remove verified domain.' };
  assert.deepEqual(matched(removed), [['trust of the domain corp.example', 'out', ...CANNOT_TELL]]);
});

test('mailbox permissions are not collected, in either direction', () => {
  const what = 'right fullaccess of ada@corp.example to a mailbox';
  assert.deepEqual(matched(FULL_ACCESS), [[what, 'in', ...CANNOT_TELL]]);
  const removed = { ...FULL_ACCESS, operation: 'Remove-MailboxPermission' };
  assert.deepEqual(matched(removed), [[what, 'out', ...CANNOT_TELL]]);
});

const rule = (operation: string, names: Readonly<Record<string, string>>): AuditOperation => ({
  operation,
  recordType: 1,
  more: {
    Workload: 'Exchange',
    UserId: 'ada@corp.example',
    Parameters: Object.entries(names).map(([Name, Value]) => ({ Name, Value })),
  },
});

const byProgram = (RuleOperation: string): AuditOperation => ({
  operation: 'UpdateInboxRules',
  recordType: 2,
  more: {
    ...{ Workload: 'Exchange', MailboxOwnerUPN: 'Ada@corp.example' },
    OperationProperties: Object.entries({ RuleOperation, RuleName: 'Archive' }).map(
      ([Name, Value]) => ({ Name, Value }),
    ),
  },
});

test('inbox rules are not collected, however they are created, changed or removed', () => {
  const what = 'rule archive of mailbox ada@corp.example';
  const ways = [
    [rule('New-InboxRule', { Name: 'Archive' }), 'in'],
    [rule('Set-InboxRule', { Name: 'Archive', Identity: '7' }), 'in'],
    [rule('Enable-InboxRule', { Identity: 'Archive' }), 'in'],
    [rule('Disable-InboxRule', { Identity: 'Archive' }), 'out'],
    [rule('Remove-InboxRule', { Identity: 'Archive' }), 'out'],
    [byProgram('AddMailboxRule'), 'in'],
    [byProgram('DeleteMailboxRule'), 'out'],
  ] as const;
  for (const [written, way] of ways) {
    assert.deepEqual(matched(written), [[what, way, ...CANNOT_TELL]], written.operation);
  }
  assert.deepEqual(matched(rule('New-InboxRule', {})), [
    ['rule (no name) of mailbox ada@corp.example', 'in', ...CANNOT_TELL],
  ]);
  assert.equal(isClaim('Get-InboxRule', createMemo()), false);
});

test('sharing a calendar is no privilege over a mailbox', () => {
  assert.equal(isClaim('Add-MailboxFolderPermission', createMemo()), false);
});
