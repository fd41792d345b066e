import fc from 'fast-check';
import type { CedarValueJson, Expr, TypeAndId } from '../cedar/cedar-engine.ts';

type Kind = 'bool' | 'long' | 'text' | 'uid' | 'list' | 'record';
type Any = fc.Arbitrary<Expr>;
type Of = (kind: Kind) => Any;

const KINDS: readonly Kind[] = ['bool', 'long', 'text', 'uid', 'list', 'record'];
const NAMES = ['n', 's', 'b', 'none', 'empty', 'friend', 'set', 'mixed', 'who', 'record', 'inner'];
const SHALLOW = { depthSize: 'small' as const, withCrossShrink: true };

/** Entities that a test describes, and one without a description. */
export function oneUid(): fc.Arbitrary<{ readonly __entity: TypeAndId }> {
  const all = ['U::ada', 'U::bob', 'G::a', 'G::b', 'G::nowhere'].map((each) => {
    const [type = '', id = ''] = each.split('::');
    return { __entity: { type, id } };
  });
  return fc.constantFrom(...all);
}

/** Expressions of a type, and sometimes of another type, so that evaluation fails. */
export function expressions(): Readonly<Record<Kind, Any>> {
  const built = fc.letrec<Record<Kind, Expr>>((tie) => {
    const other = fc.constantFrom(...KINDS).chain((each) => tie(each) as Any);
    const of: Of = (kind) =>
      fc.oneof({ weight: 40, arbitrary: tie(kind) as Any }, { weight: 1, arbitrary: other });
    return {
      bool: fc.oneof(SHALLOW, ...comparisons(of, other), ...truths(of)),
      long: fc.oneof(SHALLOW, ...numbers(of)),
      text: fc.oneof(SHALLOW, value(names('', 'a', 'b', 'x', 'text', 'a*b')), attribute(of, 's')),
      uid: fc.oneof(
        ...[SHALLOW, value(oneUid()), variable('principal', 'resource'), attribute(of, 'friend')],
      ),
      list: fc.oneof(
        ...[SHALLOW, attribute(of, 'set', 'mixed', 'who', 'empty')],
        fc
          .array(fc.oneof(of('long'), of('text'), of('uid')), { maxLength: 3 })
          .map((items): Expr => ({ Set: items })),
      ),
      record: fc.oneof(SHALLOW, ...records(of)),
    };
  });
  return built as Record<Kind, Any>;
}

function comparisons(of: Of, other: Any): Any[] {
  const equality = fc.tuple(names('==', '!='), other, other);
  return [
    binary(of, ['<', '<=', '>', '>='], 'long', 'long'),
    equality.map(([op, left, right]) => ({ [op]: { left, right } }) as Expr),
    binary(of, ['in'], 'uid', 'uid'),
    binary(of, ['containsAll', 'containsAny'], 'list', 'list'),
    binary(of, ['contains'], 'list', 'text'),
    binary(of, ['contains'], 'list', 'long'),
    unary(of, 'isEmpty', 'list'),
  ];
}

function truths(of: Of): Any[] {
  const path = fc.oneof(names(...NAMES), fc.array(names(...NAMES), { minLength: 1, maxLength: 3 }));
  const part = fc.oneof(
    fc.constant('Wildcard' as const),
    names('a', 'b', 'x', 't', '*').map((Literal) => ({ Literal })),
  );
  const pattern = fc.array(part, { minLength: 1, maxLength: 5 });
  const within = fc.option(of('uid'), { nil: undefined });
  return [
    value(fc.boolean()),
    attribute(of, 'b', 'none'),
    binary(of, ['&&', '||'], 'bool', 'bool'),
    unary(of, '!', 'bool'),
    fc
      .tuple(fc.oneof(of('uid'), of('record')), path)
      .map(([left, attr]) => ({ has: { left, attr } }) as Expr),
    fc
      .tuple(of('text'), pattern)
      .map(([left, parts]): Expr => ({ like: { left, pattern: parts } })),
    fc.tuple(of('uid'), names('U', 'G'), within).map(([left, entity_type, inside]): Expr => {
      return { is: { left, entity_type, ...(inside === undefined ? {} : { in: inside }) } };
    }),
    fc.tuple(of('bool'), of('bool'), of('bool')).map(([test, then, other]): Expr => {
      return { 'if-then-else': { if: test, then, else: other } };
    }),
  ];
}

function numbers(of: Of): Any[] {
  const edges = fc.constantFrom(2 ** 53 - 1, 1 - 2 ** 53);
  return [
    value(fc.oneof(fc.integer({ min: -4, max: 9 }), edges)),
    attribute(of, 'n'),
    binary(of, ['+', '-', '*'], 'long', 'long'),
    unary(of, 'neg', 'long'),
  ];
}

function records(of: Of): Any[] {
  return [
    variable('context'),
    attribute(of, 'record', 'inner'),
    fc
      .record({ n: of('long'), s: of('text') }, { requiredKeys: [] })
      .map((members) => ({ Record: members }) as Expr),
  ];
}

function names(...all: string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...all);
}

function value(arbitrary: fc.Arbitrary<unknown>): Any {
  return arbitrary.map((each): Expr => ({ Value: each as CedarValueJson }));
}

function variable(...all: string[]): Any {
  return names(...all).map((name): Expr => ({ Var: name as 'principal' }));
}

function attribute(of: Of, ...all: string[]): Any {
  const left = fc.oneof(variable('principal', 'context'), of('record'), of('uid'));
  return fc.tuple(left, names(...all)).map(([from, attr]): Expr => ({ '.': { left: from, attr } }));
}

function binary(of: Of, ops: readonly string[], left: Kind, right: Kind): Any {
  return fc
    .tuple(names(...ops), of(left), of(right))
    .map(([op, a, b]) => ({ [op]: { left: a, right: b } }) as Expr);
}

function unary(of: Of, op: string, arg: Kind): Any {
  return of(arg).map((each) => ({ [op]: { arg: each } }) as Expr);
}
