import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TENANT_NOT_STATED } from '@countersign/core';
import type { CoverageRow } from '../rows/entry-rows.ts';
import { unseenFlows } from './sign-in-counts.ts';

const TENANT = TENANT_NOT_STATED;

function fact(source: string, workload: string | null = null): CoverageRow {
  return {
    ...{ tenant: TENANT, source, workload, subject: null, fromMs: 0, toMs: 1, state: 'collected' },
    ...{ bound: null, because: '', index: 1 },
  };
}

function unseen(...facts: readonly CoverageRow[]): readonly string[] {
  return unseenFlows(facts).map(
    ({ text }) => /^no log of (.*) in the tenant/.exec(text)?.[1] ?? text,
  );
}

const PEOPLE = "people's sign-ins";
const SILENT = 'sign-ins without interaction';
const APPS = "applications' sign-ins";
const MANAGED = "managed identities' sign-ins";

test("Graph's log has every flow", () => {
  assert.deepEqual(unseen(fact('graph/signIns')), []);
});

test('in a diagnostic export each flow is its own log', () => {
  const people = fact('azure-monitor/SignInLogs');
  assert.deepEqual(unseen(people), [SILENT, APPS, MANAGED]);
  const silent = fact('azure-monitor/NonInteractiveUserSignInLogs');
  assert.deepEqual(unseen(silent), [PEOPLE, APPS, MANAGED]);
  const apps = fact('log-analytics/AADServicePrincipalSignInLogs');
  const managed = fact('log-analytics/AADManagedIdentitySignInLogs');
  assert.deepEqual(unseen(people, silent, apps), [MANAGED]);
  assert.deepEqual(unseen(people, silent, apps, managed), []);
});

test('the audit log has only sign-ins of people', () => {
  assert.deepEqual(unseen(fact('m365.activity/Audit.AzureActiveDirectory')), [
    SILENT,
    APPS,
    MANAGED,
  ]);
  const exported = fact('m365.export/unified-audit-log', 'AzureActiveDirectory');
  assert.deepEqual(unseen(exported), [SILENT, APPS, MANAGED]);
});

test('counts each tenant separately, and leaves unconnected ones to their own rows', () => {
  const other = { ...fact('azure-monitor/SignInLogs'), tenant: 'other' };
  const reasons = unseenFlows([fact('graph/signIns'), other]);
  assert.deepEqual(
    reasons.map(({ text }) => /in tenant (\w+) was/.exec(text)?.[1]),
    ['other', 'other', 'other'],
  );
  assert.deepEqual(unseenFlows([fact('*')]), []);
  assert.deepEqual(unseenFlows([]), []);
});
