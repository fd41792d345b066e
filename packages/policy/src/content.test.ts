import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { flipOf } from './decision/counterfactual.ts';
import type { DecisionRequest } from './decision/decision.ts';
import { evaluatePolicies } from './decision/evaluate-policies.ts';
import { type PolicyTestCase, policyTestCases, runPolicyTests } from './decision/policy-tests.ts';
import type { Directory, EntityAttributes } from './directory/directory.ts';
import { DIRECTORY_AGE_MAX_MS } from './limits.ts';
import { findUnsuppliedInputs } from './policies/check-policies.ts';
import { readPolicyFolder } from './policies/policy-folder.ts';
import { problemText } from './policies/policy-problem.ts';
import { PolicySet } from './policies/policy-set.ts';

const FOLDER = join(import.meta.dirname, '../../../content/policies');
const folder = readPolicyFolder(FOLDER);
const policies = PolicySet.parse(folder.source);
const ages = (): number => DIRECTORY_AGE_MAX_MS;

test('the default policies are valid, and each enforcement point supplies their inputs', () => {
  assert.deepEqual(findUnsuppliedInputs(policies).map(problemText), []);
  assert.ok(policies.policies.length >= 15);
});

test('the tests of the default policies pass', () => {
  const results = folder.tests.flatMap((file) => runPolicyTests(file, policies, ages));
  const failed = results.filter(({ differences }) => differences.length > 0);
  assert.deepEqual(
    failed.map(({ name, line, differences, outcome }) => [
      name,
      line,
      differences,
      outcome.because,
    ]),
    [],
  );
  assert.ok(results.length >= 35);
});

test('every default policy decides in some test', () => {
  const results = folder.tests.flatMap((file) => runPolicyTests(file, policies, ages));
  const deciding = new Set(results.flatMap(({ outcome }) => outcome.policies));
  assert.deepEqual(
    policies.policies.map(({ id }) => id).filter((id) => !deciding.has(id)),
    [],
  );
});

const permits = folder.tests
  .flatMap((file) => policyTestCases(file, policies, ages))
  .filter(({ test: { expect } }) => expect === 'permit');

for (const each of permits) {
  test(`removing any one input denies: ${each.test.name}`, () => {
    const { inputs } = evaluatePolicies(each.request, each.evaluation);
    assert.ok(inputs.length > 3);
    for (const { name } of inputs) {
      if (isAnswerWhenAbsent(each, name)) continue;
      const { request, directory } = without(name, each);
      const outcome = evaluatePolicies(request, { ...each.evaluation, directory });
      assert.equal(outcome.effect, 'deny', `without ${name}`);
      assert.ok(['unknown', 'policy'].includes(outcome.cause), `without ${name}`);
    }
  });
}

const turnable = folder.tests
  .flatMap((file) => policyTestCases(file, policies, ages))
  .map((each) => ({ each, flip: flipOf(each.request, each.evaluation) }));

test('one or two changes flip most decisions', () => {
  const turned = turnable.filter(({ flip }) => flip !== null);
  assert.ok(turned.length > turnable.length / 2, `${turned.length} of ${turnable.length}`);
});

for (const { each, flip } of turnable) {
  if (flip === null) continue;
  const said = flip.changes.map(({ input, to }) => `${input} were ${to}`).join(' and ');
  test(`${each.test.name}: flips if ${said}`, () => {
    const before = evaluatePolicies(each.request, each.evaluation).effect;
    const { request, directory } = changedBy(flip.changes, each);
    const after = evaluatePolicies(request, { ...each.evaluation, directory });
    assert.notEqual(after.effect, before);
    assert.equal(after.cause === 'unknown' || after.cause === 'error', false);
    if (flip.changes.length === 1) return;
    // Neither of the two changes is enough alone.
    for (const change of flip.changes) {
      const alone = changedBy([change], each);
      const policyOutcome = evaluatePolicies(alone.request, {
        ...each.evaluation,
        directory: alone.directory,
      });
      assert.ok(policyOutcome.effect === before || policyOutcome.cause === 'unknown');
    }
  });
}

type Changes = NonNullable<ReturnType<typeof flipOf>>['changes'];

/** Applies the changes to the real request and world, without the what-if mechanism. */
function changedBy(
  changes: Changes,
  { request, evaluation }: PolicyTestCase,
): { readonly request: DecisionRequest; readonly directory: Directory } {
  const context: Record<string, unknown> = { ...request.context };
  const attributes = new Map<string, unknown>();
  for (const { input, to } of changes) {
    const [root, member = '', more] = input.split('.');
    const value = to === 'absent' ? null : plain(to);
    if (root === 'context' && more === undefined) context[member] = value;
    else attributes.set(more === undefined ? member : more, value);
  }
  const find: Directory['find'] = (tenant, type, id) => {
    const facts = evaluation.directory.find(tenant, type, id);
    if (facts === undefined) return undefined;
    const seen = { source: 'changed', seenMs: evaluation.nowMs };
    return {
      id: facts.id,
      attribute: (name) =>
        attributes.has(name) ? { value: attributes.get(name), ...seen } : facts.attribute(name),
      within: (into) => facts.within(into),
    };
  };
  const { completeListing, networks } = evaluation.directory;
  const directory = {
    find,
    completeListing: completeListing.bind(evaluation.directory),
    networks: networks.bind(evaluation.directory),
  };
  return { request: { ...request, context }, directory };
}

function plain(to: string): unknown {
  try {
    return JSON.parse(to);
  } catch {
    return to;
  }
}

/**
 * The clock and the register state these even if the request omits them, and optional inputs may be
 * absent.
 */
function isAnswerWhenAbsent({ request }: PolicyTestCase, name: string): boolean {
  if (name === 'context.time' || name === 'context.networks') return true;
  const [root, member = ''] = name.split('.');
  if (root !== 'context') return false;
  const attribute = policies.schema.actions.get(request.action.name)?.context.get(member);
  return attribute?.presence === 'optional' && request.enforcementPoint !== 'forward-auth';
}

function without(
  name: string,
  { request, evaluation }: PolicyTestCase,
): { readonly request: DecisionRequest; readonly directory: Directory } {
  const [path = '', within] = name.split(' in ');
  const [root, member = '', attribute] = path.split('.');
  if (root === 'context' && attribute === undefined) {
    const { [member]: _, ...context } = request.context;
    return { request: { ...request, context }, directory: evaluation.directory };
  }
  const type = root === 'context' ? 'Device' : root === 'resource' ? 'App' : 'principal';
  const hidden = attribute ?? member;
  const find: Directory['find'] = (tenant, of, id) => {
    const facts = evaluation.directory.find(tenant, of, id);
    const isMeant = type === 'principal' ? of === 'Person' || of === 'Workload' : of === type;
    return facts !== undefined && isMeant ? hiding(facts, hidden, within) : facts;
  };
  const { completeListing, networks } = evaluation.directory;
  const directory = {
    find,
    completeListing: completeListing.bind(evaluation.directory),
    networks: networks.bind(evaluation.directory),
  };
  return { request, directory };
}

function hiding(
  facts: EntityAttributes,
  hidden: string,
  within: string | undefined,
): EntityAttributes {
  return {
    id: facts.id,
    attribute: (name) =>
      within === undefined && name === hidden ? undefined : facts.attribute(name),
    within: (type) => (type === within ? undefined : facts.within(type)),
  };
}
