import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CedarEngine,
  type CedarValueJson,
  type EntityJson,
  partsOf,
  type TypeAndId,
  treeOf,
  validatePolicies,
} from './cedar-engine.ts';
import { CedarSet } from './cedar-set.ts';

/** Cedar's hand-written integration tests, which belong to Cedar and are not in this repository. */
const DATA = join(import.meta.dirname, '../../../../../shared/data/cedar');

type Suite = {
  readonly policies: string;
  readonly entities: string;
  readonly schema: string;
  readonly shouldValidate: boolean;
  readonly requests: readonly {
    readonly description: string;
    readonly principal: TypeAndId;
    readonly action: TypeAndId;
    readonly resource: TypeAndId;
    readonly context: Record<string, CedarValueJson>;
    readonly decision: 'allow' | 'deny';
    readonly reason: readonly string[];
    readonly errors: readonly string[];
  }[];
};

function read(path: string): string {
  return readFileSync(join(DATA, path), 'utf8');
}

function suites(): readonly string[] {
  const names = readdirSync(join(DATA, 'tests'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.json')).sort();
}

/**
 * Their entities are written for a reader with the schema, which shows whether a value is a
 * reference.
 */
function explicit(value: CedarValueJson): CedarValueJson {
  if (Array.isArray(value)) return value.map(explicit);
  if (typeof value !== 'object' || value === null) return value;
  const { type, id, ...rest } = value as { type?: unknown; id?: unknown };
  if (typeof type === 'string' && typeof id === 'string' && Object.keys(rest).length === 0) {
    return { __entity: { type, id } };
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, explicit(item)]));
}

if (!existsSync(DATA)) {
  test("Cedar's integration tests", {
    skip: 'because ../shared/data/cedar is not there',
  }, () => {});
} else {
  for (const name of suites()) {
    test(`Cedar's own test ${name}`, () => {
      const suite = JSON.parse(read(join('tests', name))) as Suite;
      const parts = partsOf(read(suite.policies));
      assert.ok(parts.kind === 'parts' && parts.templates === 0);
      const policies = Object.fromEntries(
        parts.policies.map((text, at) => [`policy${at}`, { text, tree: treeOf(text) }]),
      );
      const texts = Object.fromEntries(parts.policies.map((text, at) => [`policy${at}`, text]));
      const problems = validatePolicies(read(suite.schema), texts);
      const errors = problems.filter(({ kind }) => kind === 'error');
      assert.equal(errors.length === 0, suite.shouldValidate);
      const entities = (JSON.parse(read(suite.entities)) as EntityJson[]).map((entity) => ({
        ...entity,
        attrs: explicit(entity.attrs) as EntityJson['attrs'],
      }));
      const sets = [new CedarEngine(`suite ${name}`, texts), new CedarSet(`our ${name}`, policies)];
      for (const { description, decision, reason, errors: failed, ...rest } of suite.requests) {
        const { principal, action, resource, context } = rest;
        for (const set of sets) {
          const answer = set.decide({ principal, action, resource, context, entities });
          assert.equal(answer.decision, decision, description);
          assert.deepEqual([...answer.satisfied].sort(), [...reason].sort(), description);
          const policiesFailed = answer.errors.map(({ policy }) => policy).sort();
          assert.deepEqual(policiesFailed, [...failed].sort(), description);
        }
      }
    });
  }
}
