import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import { parseDirectoryFile } from '../directory/directory-file.ts';
import { readPolicyFolder } from '../policies/policy-folder.ts';
import { PolicySet } from '../policies/policy-set.ts';
import type { DirectoryFileBody, PolicyTextBody } from './information-entries.ts';
import { PolicyInformation } from './policy-information.ts';

const TENANT = tenantId('0f4b3c1e-5a67-4a3c-9d55-8f1f0c1f6a11');
const START_MS = Date.parse('2026-03-01T00:00:00Z');

function body(isEnabled: boolean, readMs: number, file = 'people.yaml'): DirectoryFileBody {
  const text = `tenant: ${TENANT}\npeople: [{ id: ada, enabled: ${isEnabled} }]\n`;
  return { v: 1, what: 'file', file, readMs, directory: parseDirectoryFile({ file, text }) };
}

function enabledOf(policyInformation: PolicyInformation): unknown {
  return policyInformation.directory.find(TENANT, 'Person', 'ada')?.attribute('enabled')?.value;
}

test('an earlier version of a file is ignored after a later one', () => {
  const information = new PolicyInformation();
  const [before, after] = [body(true, START_MS), body(false, START_MS + 200)];
  // An enforcement point applies news at once; the store reaches the entries before it later.
  information.apply('directory', after, 8);
  const changes: unknown[] = [];
  information.directory.hear((_, change) => changes.push(change));
  information.apply('directory', before, 7);
  assert.equal(enabledOf(information), false);
  information.apply('directory', after, 8);
  assert.equal(enabledOf(information), false);
  assert.deepEqual(changes, [], 'listeners hear of no change');
});

test('a later statement of a file counts, even with an earlier time', () => {
  const information = new PolicyInformation();
  information.apply('directory', body(true, START_MS), 7);
  // The clock was set back in between.
  information.apply('directory', body(false, START_MS - 3_600_000), 8);
  assert.equal(enabledOf(information), false);
});

test("the order of one file is independent of another's", () => {
  const information = new PolicyInformation();
  information.apply('directory', body(true, START_MS), 8);
  information.apply('directory', body(false, START_MS + 1000, 'others.yaml'), 7);
  assert.equal(enabledOf(information), false);
});

function policyFolder(): PolicyTextBody {
  const folder = join(import.meta.dirname, '../../../../content/policies');
  const { source } = readPolicyFolder(folder);
  const { version } = PolicySet.parse(source);
  return { v: 1, what: 'text', version, schema: source.schema, policies: source.policies };
}

test('sign-ins are checked only against policies that an operator put in force', () => {
  const information = new PolicyInformation();
  const text = policyFolder();
  const { version } = text;
  information.apply('policy', text, 1);
  const inForce = { v: 1, what: 'in-force', version, by: 'serve', atMs: START_MS };
  const ours = information.apply('policy', { ...inForce, only: 'decisions' }, 2);
  assert.equal(ours, Number.POSITIVE_INFINITY, 'no sign-in is evaluated differently');
  assert.equal(information.policies?.version, version);
  assert.equal(information.policiesAt(START_MS + 1), undefined);
  assert.ok(!information.isChecking);
  assert.ok(information.isInForce(version, 'decisions'));
  assert.ok(!information.isInForce(version, undefined), 'the operator has not chosen them yet');

  const chosen = information.apply('policy', { ...inForce, by: 'ada', atMs: START_MS + 5 }, 3);
  assert.equal(chosen, Number.NEGATIVE_INFINITY, 'those of all times are used');
  assert.equal(information.policiesAt(START_MS)?.version, version);
  assert.ok(information.isInForce(version, 'decisions'));
});
