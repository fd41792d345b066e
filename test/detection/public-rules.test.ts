import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { normalizeInstant, tenantId } from '@countersign/core';
import { createMemo, read } from '@countersign/ocsf';
import { problemText } from '@countersign/sigma';
import { parse } from 'yaml';
import {
  type RuleContent,
  ruleContent,
} from '../../apps/countersign/src/detection/rules/rule-content.ts';
import { readContent } from '../../apps/countersign/src/operations/host/load-detectors.ts';
import { SignalExtractor } from '../../apps/countersign/src/projection/signals/signal-extractor.ts';
import { type RuleRecord, recordFor, ruleOf } from '../support/detection/public-rules.ts';
import { sharedData, withoutShared } from '../support/shared-data.ts';

const skip = withoutShared('sigma', 'panther-signin');
const TENANT = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const memo = createMemo();

type File = { readonly path: string; readonly text: string };

function filesOf(name: string): File[] {
  const folder = sharedData(name);
  const paths = skip === false ? globSync('**/*.yml', { cwd: folder }).sort() : [];
  return paths.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

const files = filesOf('sigma');
const { pipelines } = readContent();

/** The streams that an event matches. */
function fits(signaler: SignalExtractor, { source, value }: RuleRecord): string[] {
  const at = normalizeInstant('2026-03-02T09:00:00Z') ?? '';
  const reading = read({ source, tenant: TENANT, id: 'one', at, value }, memo);
  return [...new Set(signaler.of(reading).map(({ stream }) => stream))];
}

function contentOf(rules: readonly File[]): RuleContent {
  return ruleContent({ rules, pipelines });
}

test('all public rules load, with the pipelines that come with the program', { skip }, () => {
  const content = contentOf(files);
  const errors = content.problems.filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors.map(problemText), []);
  assert.equal(content.set.rules.length, files.length);
  assert.ok(files.length >= 145);
});

test("each of them matches a record in the vendor's shape", { skip }, () => {
  const signaler = new SignalExtractor(contentOf(files).plan);
  const silent: string[] = [];
  for (const { path, text } of files) {
    const rule = ruleOf(path, text);
    for (const made of recordFor(rule)) {
      if (!fits(signaler, made).includes(rule.id ?? '')) silent.push(`${path}: ${made.source}`);
    }
  }
  assert.deepEqual(silent, []);
});

test('none of them matches a record without the relevant values', { skip }, () => {
  const signaler = new SignalExtractor(contentOf(files).plan);
  const loud: string[] = [];
  for (const { path, text } of files) {
    const rule = ruleOf(path, text);
    for (const { source, value } of recordFor(rule)) {
      const plain = withoutWords(value);
      if (fits(signaler, { source, value: plain }).includes(rule.id ?? '')) loud.push(path);
    }
  }
  assert.deepEqual(loud, []);
});

/** The same shape without any word that states what happened. */
function withoutWords(value: unknown): Readonly<Record<string, unknown>> {
  const quiet = (of: unknown, name: string): unknown => {
    if (Array.isArray(of)) return of.map((each) => quiet(each, name));
    if (typeof of === 'object' && of !== null) {
      return Object.fromEntries(Object.entries(of).map(([key, each]) => [key, quiet(each, key)]));
    }
    return KEPT.has(name) ? of : typeof of === 'string' ? 'quiet' : of === false ? true : 1;
  };
  return quiet(value, '') as Readonly<Record<string, unknown>>;
}

/** The members that identify a record's shape. */
const KEPT: ReadonlySet<string> = new Set([
  ...['time', 'TimeGenerated', 'CreationTime', 'createdDateTime', 'activityDateTime'],
  ...['id', 'Id', 'RecordType', 'Workload', 'category', 'result', 'ResultStatus', 'type'],
]);

type LabeledTests = {
  readonly RuleID: string;
  readonly Tests?: readonly {
    readonly Name: string;
    readonly ExpectedResult: boolean;
    readonly Log: Readonly<Record<string, unknown>>;
  }[];
};

/** Our rule that corresponds to each of theirs. */
const OURS: Readonly<Record<string, string>> = {
  'Azure.Audit.OIDC.Changed': 'External authentication provider added or changed',
  'Azure.Audit.ElevateUserAccessAdministrator': 'Access to all Azure subscriptions elevated',
  'Azure.Audit.HighRiskSignIn': 'Microsoft rates a sign-in or account as compromised',
  'Azure.Audit.MultipleProtectionAlerts': 'Microsoft rates a sign-in or account as compromised',
  'Azure.Audit.RiskLevelPassthrough': 'Microsoft rates a sign-in or account as compromised',
  'Azure.Audit.PolicyChanged': 'Conditional access policy changed',
  'Azure.Audit.RoleChangedPIM': 'Role assigned or activated through privileged identity management',
  'Azure.Audit.ServicePrincipalCredentialsAdded': 'Application credential added',
  'Azure.Audit.VSCodeOAuthPhishing': 'Developer tool requested a token for mail and files',
  'Azure.Audit.ROPCLoginNoMFA': 'Sign-in with only a password (ROPC)',
  'Azure.Audit.ExcessiveAccountLockouts': 'One address locked several accounts',
  'Azure.Audit.LegacyAuth': 'Sign-in with a legacy protocol',
  'Azure.Audit.InviteExternalUsers': 'Guest invited or added',
  'Azure.Audit.DomainSettingsModified': 'Federation settings of a domain changed',
};

/** Events that our rules classify differently, with the reason. */
const NOT_COVERED: Readonly<Record<string, string>> = {
  'Azure.Audit.DeviceCodeBrokerClient': 'our rule matches every device code',
  'Azure.Audit.ManyFailedSignIns': 'we have no rule about applications that fail to sign in',
  'Azure.Audit.GraphSessionMultipleIPs': 'it needs two records, and the test has one',
  'Azure.Audit.MFADisabled': 'our rule matches every change of such a policy',
  'Microsoft Corporate ASN Excluded': 'an exception of the company that wrote the rule',
  'Sign-In with legacy auth, KNOWN_EXCEPTION': 'an exception of the company that wrote the rule',
  'Failed Sign-In with riskLevelAggregated': 'our rule ignores low risk',
  'Same org successful invite': 'our rule does not compare the two domains',
  'Not external invite': 'our rule does not compare the two domains',
  'Different Values Changed': 'our rule matches every change of domain trust',
};

test('labelled events are classified as labelled, where we have such a rule', { skip }, (t) => {
  const own = ruleContent(readContent());
  const signaler = new SignalExtractor(own.plan);
  const titles = new Map([...own.sayings].map(([key, { document }]) => [key, document.title]));
  let checked = 0;
  for (const { path, text } of filesOf('panther-signin')) {
    const { RuleID, Tests = [] } = parse(text) as LabeledTests;
    for (const { Name, ExpectedResult, Log } of Tests) {
      const why = NOT_COVERED[RuleID] ?? NOT_COVERED[Name];
      if (why !== undefined) {
        t.diagnostic(`not covered: ${path}, ${Name}: ${why}`);
        continue;
      }
      const found = fits(signaler, { source: `azure-monitor/${Log['category']}`, value: Log });
      const isFound = found.some((key) => titles.get(key) === OURS[RuleID]);
      assert.equal(isFound, ExpectedResult, `${path}, ${Name}`);
      checked += 1;
    }
  }
  assert.ok(checked >= 30, `${checked} of 47 are checked`);
});
