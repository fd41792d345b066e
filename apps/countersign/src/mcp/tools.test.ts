import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock, type TenantId } from '@countersign/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { loadOperations } from '../operations/registry.ts';
import type { Caller } from '../operators/caller.ts';
import type { AgentPeople } from './agent-people.ts';
import { callerFor, loadToolCatalog } from './offered-tools.ts';
import { resultSchema } from './tool-result.ts';
import { TOOLS } from './tools.ts';

const ACCOUNT: Caller = {
  ...{ kind: 'account', who: 'ada', scopes: 'all', tenants: 'all', people: 'names' },
  provedAtMs: undefined,
};

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794' as TenantId;

const { tools } = await loadToolCatalog();

/** As if each person had one pseudonym. */
const PEOPLE: AgentPeople = { hide: () => '', nameOf: async () => undefined };
const HOST = { machineClock: new ManualClock(0) };

function namesFor(caller: Partial<Caller>, people?: AgentPeople): string[] {
  const offered = tools.filter(
    (each) => callerFor(each, { ...ACCOUNT, ...caller }, { ...HOST, people }) !== undefined,
  );
  return offered.map(({ tool }) => tool.name);
}

test('names are unique, and every operation only reads', async () => {
  const operations = new Map((await loadOperations()).map((each) => [each.name, each]));
  assert.equal(new Set(TOOLS.map(({ name }) => name)).size, TOOLS.length);
  for (const { name, operation } of TOOLS) {
    assert.match(name, /^[\w.-]{1,128}$/);
    // A statement writes only the entry about its access.
    const isRead = operations.get(operation)?.effect === 'read' || operation === 'statement';
    assert.ok(isRead, name);
  }
});

test('schemas are JSON Schema 2020-12 objects, without files, paths and facts of adapters', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const { tool, operation, input } of tools) {
    const { schema } = input;
    assert.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema');
    assert.equal(schema['type'], 'object');
    assert.equal(schema['additionalProperties'], false);
    ajv.compile(schema);
    ajv.compile(resultSchema(tool.shape, operation.kind));
    const text = JSON.stringify(schema);
    assert.doesNotMatch(text, /isPath|isFileOf|isInternal|isTextOrStdin|bytesMax/, tool.name);
    assert.doesNotMatch(text, /\bfile\b|folder|standard input|--/, tool.name);
  }
});

test('a tool that tells about people needs a purpose, and a statement a case as well', () => {
  for (const { tool, input } of tools) {
    const required = (input.schema['required'] ?? []) as readonly string[];
    assert.equal(required.includes('purpose'), tool.people === 'named', tool.name);
    assert.equal(required.includes('case'), tool.name === 'statement', tool.name);
  }
});

test('the caller decides which tools there are', () => {
  assert.deepEqual(
    namesFor({}),
    TOOLS.map(({ name }) => name),
  );
  assert.deepEqual(namesFor({ scopes: new Set() }), []);
  assert.deepEqual(namesFor({ scopes: new Set(['coverage:read']) }), ['coverage']);
  const withoutNames = namesFor({ people: 'pseudonyms' });
  for (const name of ['statement', 'timeline', 'query_sql', 'show_entry', 'list_findings']) {
    assert.ok(!withoutNames.includes(name), name);
  }
  assert.ok(withoutNames.includes('verified'));
  const withPseudonyms = namesFor({ people: 'pseudonyms' }, PEOPLE);
  assert.deepEqual(
    TOOLS.map(({ name }) => name).filter((name) => !withPseudonyms.includes(name)),
    ['why_denied', 'query_sql', 'show_entry'],
    'nothing can replace the names in raw bytes',
  );
  assert.deepEqual(namesFor({ tenants: new Set() }), [], 'no tenant, no answer');
  const ofOneTenant = namesFor({ tenants: new Set([TENANT]) });
  assert.ok(!ofOneTenant.includes('answer_out'));
  assert.ok(ofOneTenant.includes('timeline'));
});

test('the reference lists every tool with its scope, in order', () => {
  const file = join(import.meta.dirname, '../../../../docs/reference/agent-tools.md');
  const rows = readFileSync(file, 'utf8').matchAll(
    /^\| `(\w+)` \| .* \| `[\w ]+` \| `([\w:]+)` \|/gm,
  );
  assert.deepEqual(
    [...rows].map(([, name, scope]) => [name, scope]),
    tools.map(({ tool, operation }) => [tool.name, operation.scope]),
  );
});

test('limits to groups of people and roles of one tenant hold for agents too', () => {
  assert.deepEqual(namesFor({ groups: new Set(['emea']) }), [], 'no tool knows whom it is about');
  const grant = { scope: 'coverage:read', tenants: new Set([TENANT]), groups: undefined };
  const operator = {
    kind: 'operator',
    scopes: new Set(['coverage:read']),
    grants: [grant],
  } as const;
  assert.deepEqual(namesFor(operator), ['coverage']);
  const [coverage] = tools.filter(({ tool }) => tool.name === 'coverage');
  assert.ok(coverage !== undefined);
  const narrowed = callerFor(coverage, { ...ACCOUNT, ...operator }, HOST);
  assert.deepEqual(narrowed?.tenants, new Set([TENANT]));
});
