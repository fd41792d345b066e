import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { policyToText } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { expressions, oneUid } from '../testing/cedar-expressions.ts';
import {
  type CedarCall,
  CedarEngine,
  type CedarResponse,
  type EntityJson,
  type Expr,
  type PolicyJson,
  partsOf,
  type TypeAndId,
  treeOf,
} from './cedar-engine.ts';
import { like } from './cedar-value.ts';
import { compilePolicies } from './compile-policies.ts';

const uid = (type: string, id: string): TypeAndId => ({ type, id });
const ref = (type: string, id: string) => ({ __entity: uid(type, id) });

/** Groups in a cycle, one without a description, and attributes of every kind. */
const ENTITIES: EntityJson[] = [
  {
    uid: uid('U', 'ada'),
    attrs: {
      ...{ n: 3, s: 'text', b: true, none: false, empty: [], friend: ref('U', 'bob') },
      ...{ set: [1, 2, 2], mixed: [1, 'a', true], who: [ref('U', 'ada'), ref('G', 'b')] },
      record: { n: 3, s: 'x', inner: { b: true } },
    },
    parents: [uid('G', 'a')],
  },
  { uid: uid('U', 'bob'), attrs: { n: -1 }, parents: [uid('G', 'nowhere')] },
  { uid: uid('G', 'a'), attrs: {}, parents: [uid('G', 'b')] },
  { uid: uid('G', 'b'), attrs: { n: 1 }, parents: [] },
];

const CALL: CedarCall = {
  principal: uid('U', 'ada'),
  action: uid('Action', 'go'),
  resource: uid('U', 'bob'),
  context: { n: 7, s: 'a*b', set: ['a', 'b'], record: { s: 'x', n: 3, inner: { b: true } } },
  entities: ENTITIES,
};

const uids = oneUid();

const heads = fc.record({
  effect: fc.constantFrom('permit' as const, 'forbid' as const),
  principal: fc.oneof(
    fc.constant({ op: 'All' as const }),
    uids.map((entity) => ({ op: '==' as const, entity })),
    uids.map((entity) => ({ op: 'in' as const, entity })),
    fc.constantFrom('U', 'G').map((entity_type) => ({ op: 'is' as const, entity_type })),
    uids.map((entity) => ({ op: 'is' as const, entity_type: 'U', in: { entity } })),
  ),
  kind: fc.constantFrom('when' as const, 'unless' as const),
});

function policyOf(head: { effect: 'permit' | 'forbid' } & Pick<PolicyJson, 'principal'>) {
  return (kind: 'when' | 'unless', body: Expr): PolicyJson => ({
    ...{ effect: head.effect, principal: head.principal },
    ...{ action: { op: 'All' }, resource: { op: 'All' }, conditions: [{ kind, body }] },
  });
}

/** Both engines' answers; `undefined`: the functions leave it to the official one. */
function both(
  trees: Readonly<Record<string, PolicyJson>>,
  call: CedarCall,
  name: string,
): { official: CedarResponse; fast: CedarResponse | undefined } | undefined {
  const texts: Record<string, string> = {};
  for (const [id, tree] of Object.entries(trees)) {
    const answer = policyToText(tree);
    // Such a tree is not a policy, and cannot be written as text.
    if (answer.type === 'failure') return undefined;
    texts[id] = answer.text;
  }
  const read = Object.fromEntries(Object.entries(texts).map(([id, text]) => [id, treeOf(text)]));
  return {
    official: new CedarEngine(name, texts).decide(call),
    fast: compilePolicies(read)?.(call),
  };
}

describe('compiled policies', () => {
  test("give the official engine's answer, or leave it to that engine", () => {
    const seen = { same: 0, left: 0, allow: 0 };
    let count = 0;
    const policies = fc.array(fc.tuple(heads, expressions().bool), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(policies, (given) => {
        const trees = given.map(([head, body], at) => [
          `p${at}`,
          policyOf(head as never)(head.kind, body),
        ]);
        const said = both(Object.fromEntries(trees), CALL, `property ${count++ % 64}`);
        if (said === undefined) return;
        if (said.fast === undefined) seen.left += 1;
        else {
          assert.deepEqual(said.fast, said.official);
          seen.same += 1;
          if (said.fast.decision === 'allow') seen.allow += 1;
        }
      }),
      runs(300),
    );
    assert.ok(seen.same > seen.left && seen.allow > seen.same / 10, JSON.stringify(seen));
  });

  test('leave every error to the official engine, which reports it', () => {
    for (const text of [
      'permit (principal, action, resource) when { principal.absent };',
      'permit (principal, action, resource) when { context.n };',
      'permit (principal, action, resource) when { 1 < "a" };',
      'permit (principal, action, resource) when { 9007199254740991 + 1 > 0 };',
      'permit (principal, action, resource) when { ip("10.0.0.1").isLoopback() };',
      'permit (principal, action, resource) when { principal.hasTag("a") };',
    ]) {
      assert.equal(compilePolicies({ p: treeOf(text) })?.(CALL), undefined, text);
    }
  });

  test('do not evaluate operands after the deciding one', () => {
    const text = 'permit (principal, action, resource) when { true || context.absent };';
    assert.equal(compilePolicies({ p: treeOf(text) })?.(CALL)?.decision, 'allow');
    const guarded =
      'permit (principal, action, resource) when { context has absent && context.absent };';
    assert.equal(compilePolicies({ p: treeOf(guarded) })?.(CALL)?.decision, 'deny');
  });

  test('match patterns like the engine', () => {
    const pattern = fc.array(
      fc.oneof(
        fc.constant('*' as const),
        fc.stringMatching(/^[ab]{1,2}$/).map((text) => ({ text })),
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[ab]{0,8}$/), pattern, (text, given) => {
        // Adjacent literals are one, as in a policy.
        const parts: ('*' | { text: string })[] = [];
        for (const each of given) {
          const last = parts.at(-1);
          if (each === '*' || last === undefined || last === '*') parts.push(each);
          else parts.splice(-1, 1, { text: last.text + each.text });
        }
        const source = parts.map((part) => (part === '*' ? '.*' : part.text)).join('');
        assert.equal(like(text, parts), new RegExp(`^${source}$`, 's').test(text));
      }),
      runs(500),
    );
  });
});

const DATA = join(import.meta.dirname, '../../../../../shared/data/cedar/tests');
const isHere = existsSync(DATA);

test("decide Cedar's own tests alike", {
  skip: isHere ? false : `the tests of Cedar are not at ${DATA}`,
}, () => {
  let count = 0;
  for (const folder of readdirSync(DATA)) {
    const files = readdirSync(join(DATA, folder)).filter((name) => name.endsWith('.json'));
    for (const file of files) {
      count += run(folder, file);
    }
  }
  assert.ok(count > 20, `${count} requests were decided`);
});

type CedarTest = {
  readonly policies: string;
  readonly entities: string;
  readonly requests: readonly Readonly<Record<string, unknown>>[];
};

function run(folder: string, file: string): number {
  const read = (path: string): string => readFileSync(join(DATA, '..', path), 'utf8');
  const given = JSON.parse(read(join('tests', folder, file))) as CedarTest;
  const parts = partsOf(read(given.policies));
  assert.ok(parts.kind === 'parts', file);
  const texts = Object.fromEntries(parts.policies.map((text, at) => [`policy${at}`, text]));
  const trees = Object.entries(texts).map(([id, text]) => [id, treeOf(text)] as const);
  const official = new CedarEngine(`${folder}/${file}`, texts);
  const fast = compilePolicies(Object.fromEntries(trees));
  const entities = JSON.parse(read(given.entities)) as EntityJson[];
  for (const request of given.requests) {
    const { principal, action, resource, context } = request;
    const call = {
      ...{ principal, action, resource, context: context ?? {}, entities },
    } as CedarCall;
    const answer = fast?.(call);
    const what = `${folder}/${file}: ${String(request['description'])}`;
    if (answer !== undefined) assert.deepEqual(answer, official.decide(call), what);
  }
  return given.requests.length;
}
