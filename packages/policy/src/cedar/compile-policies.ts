import type {
  CedarCall,
  CedarResponse,
  CedarValueJson,
  Expr,
  PolicyJson,
  TypeAndId,
} from './cedar-engine.ts';
import {
  bool,
  contains,
  entity,
  equal,
  has,
  isEntity,
  isSame,
  like,
  long,
  NotPlain,
  notPlain,
  PlainEntities,
  type PlainValue,
  plain,
  set,
  string,
  uidOf,
} from './cedar-value.ts';

/** The variables of a policy evaluation. */
type Env = {
  readonly principal: PlainValue;
  readonly action: PlainValue;
  readonly resource: PlainValue;
  readonly context: PlainValue;
  readonly entities: PlainEntities;
};

type Evaluate = (env: Env) => PlainValue;
type Test = (env: Env) => boolean;

type CompiledPolicy = {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly test: Test;
};

/**
 * Policies as functions: about fifty times as fast as the official engine, with identical answers.
 * Returns undefined if a policy uses a feature that only the official engine has. A call returns
 * undefined if the official engine must answer, in particular on every error, because only that
 * engine reports errors.
 */
export function compilePolicies(
  policies: Readonly<Record<string, PolicyJson>>,
): ((call: CedarCall) => CedarResponse | undefined) | undefined {
  let all: readonly CompiledPolicy[];
  try {
    all = Object.entries(policies).map(([id, tree]) => compilePolicy(id, tree));
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
  const forbids = all.filter(({ effect }) => effect === 'forbid');
  const permits = all.filter(({ effect }) => effect === 'permit');
  return (call) => {
    try {
      const env = envOf(call);
      // Evaluates all, like the engine: a failing policy is reported, whatever the others say.
      const forbidding = forbids.filter(({ test }) => test(env));
      const permitting = permits.filter(({ test }) => test(env));
      if (forbidding.length > 0) return response('deny', forbidding);
      return permitting.length > 0 ? response('allow', permitting) : response('deny', []);
    } catch (error) {
      if (error instanceof NotPlain) return undefined;
      throw error;
    }
  };
}

function response(
  decision: CedarResponse['decision'],
  by: readonly CompiledPolicy[],
): CedarResponse {
  return { decision, satisfied: by.map(({ id }) => id).sort(), errors: [] };
}

function envOf({ principal, action, resource, context, entities }: CedarCall): Env {
  return {
    principal: { __entity: principal },
    action: { __entity: action },
    resource: { __entity: resource },
    context: plain(context),
    entities: new PlainEntities(entities),
  };
}

function compilePolicy(id: string, { effect, conditions, ...head }: PolicyJson): CompiledPolicy {
  const tests: Test[] = [
    constraint('principal', head.principal),
    constraint('action', head.action),
    constraint('resource', head.resource),
    ...conditions.map(({ kind, body }): Test => {
      const value = compile(body);
      return kind === 'when' ? (env) => bool(value(env)) : (env) => !bool(value(env));
    }),
  ].filter((test) => test !== always);
  return { id, effect, test: (env) => isEach(tests, env) };
}

function isEach(tests: readonly Test[], env: Env): boolean {
  for (const test of tests) if (!test(env)) return false;
  return true;
}

const always: Test = () => true;

type Constraint = PolicyJson['principal'] | PolicyJson['action'] | PolicyJson['resource'];

function constraint(variable: 'principal' | 'action' | 'resource', head: Constraint): Test {
  const of = (env: Env): TypeAndId => entity(env[variable]);
  switch (head.op) {
    case 'All':
      return always;
    case '==': {
      if (!('entity' in head)) return notPlain();
      const wanted = uidOf(head.entity);
      return (env) => isSame(of(env), wanted);
    }
    case 'in': {
      const outer =
        'entities' in head ? head.entities : 'entity' in head ? [head.entity] : notPlain();
      const uids = outer.map(uidOf);
      return (env) => uids.some((uid) => env.entities.isIn(of(env), uid));
    }
    case 'is': {
      const { entity_type: type, in: within } = head;
      if (within === undefined) return (env) => of(env).type === type;
      if (!('entity' in within)) return notPlain();
      const outer = uidOf(within.entity);
      return (env) => of(env).type === type && env.entities.isIn(of(env), outer);
    }
  }
}

type Binary = { readonly left: Expr; readonly right: Expr };
type Unary = { readonly arg: Expr };

/** @throws NotPlain for features that only the official engine has */
function compile(expr: Expr): Evaluate {
  const [[op, inner] = ['', undefined]] = Object.entries(expr) as [string, unknown][];
  switch (op) {
    case 'Value': {
      const value = plain(inner as CedarValueJson);
      return () => value;
    }
    case 'Var': {
      const name = inner as keyof Omit<Env, 'entities'>;
      return (env) => env[name];
    }
    case 'Set':
      return compileSet(inner as readonly Expr[]);
    case 'Record':
      return compileRecord(inner as Readonly<Record<string, Expr>>);
    case '.':
      return compileAttribute(inner as { left: Expr; attr: string });
    case 'has':
      return compileHas(inner as { left: Expr; attr: string | readonly string[] });
    case 'like':
      return compileLike(inner as { left: Expr; pattern: readonly Pattern[] });
    case 'is':
      return compileIs(inner as { left: Expr; entity_type: string; in?: Expr });
    case 'if-then-else':
      return compileIf(inner as { if: Expr; then: Expr; else: Expr });
    case '!':
    case 'neg':
    case 'isEmpty':
      return compileUnary(op, compile((inner as Unary).arg));
    default: {
      const make = BINARY.get(op);
      if (make === undefined) return notPlain();
      const { left, right } = inner as Binary;
      return make(compile(left), compile(right));
    }
  }
}

function compileUnary(op: '!' | 'neg' | 'isEmpty', value: Evaluate): Evaluate {
  switch (op) {
    case '!':
      return (env) => !bool(value(env));
    case 'neg':
      // Cedar has no minus zero, which would not equal zero.
      return (env) => 0 - long(value(env));
    case 'isEmpty':
      return (env) => set(value(env)).length === 0;
  }
}

const BINARY: ReadonlyMap<string, (left: Evaluate, right: Evaluate) => Evaluate> = new Map([
  ['==', (left, right) => (env) => equal(left(env), right(env))],
  ['!=', (left, right) => (env) => !equal(left(env), right(env))],
  // The right operand is evaluated only if the left one does not decide.
  ['&&', (left, right) => (env) => bool(left(env)) && bool(right(env))],
  ['||', (left, right) => (env) => bool(left(env)) || bool(right(env))],
  ['<', (left, right) => (env) => long(left(env)) < long(right(env))],
  ['<=', (left, right) => (env) => long(left(env)) <= long(right(env))],
  ['>', (left, right) => (env) => long(left(env)) > long(right(env))],
  ['>=', (left, right) => (env) => long(left(env)) >= long(right(env))],
  ['+', (left, right) => (env) => long(long(left(env)) + long(right(env)))],
  ['-', (left, right) => (env) => long(long(left(env)) - long(right(env)))],
  ['*', (left, right) => (env) => long(long(left(env)) * long(right(env)) + 0)],
  ['contains', (left, right) => (env) => has(set(left(env)), right(env))],
  ['containsAll', (left, right) => (env) => contains(set(left(env)), set(right(env)))],
  ['containsAny', (left, right) => (env) => containsAny(set(left(env)), set(right(env)))],
  ['in', (left, right) => (env) => isIn(env, left(env), right(env))],
] as [string, (left: Evaluate, right: Evaluate) => Evaluate][]);

function containsAny(items: readonly PlainValue[], others: readonly PlainValue[]): boolean {
  return others.some((other) => has(items, other));
}

function isIn({ entities }: Env, inner: PlainValue, outer: PlainValue): boolean {
  const uid = entity(inner);
  if (isEntity(outer)) return entities.isIn(uid, outer.__entity);
  // All of them must be entities before any is compared.
  const uids = set(outer).map(entity);
  return uids.some((each) => entities.isIn(uid, each));
}

function compileSet(items: readonly Expr[]): Evaluate {
  const values = items.map(compile);
  return (env) => values.map((value) => value(env));
}

function compileRecord(members: Readonly<Record<string, Expr>>): Evaluate {
  const values = Object.entries(members).map(([name, expr]) => [name, compile(expr)] as const);
  return (env) => Object.fromEntries(values.map(([name, value]) => [name, value(env)]));
}

function compileAttribute({ left, attr }: { left: Expr; attr: string }): Evaluate {
  const of = compile(left);
  return (env) => env.entities.attribute(of(env), attr) ?? notPlain();
}

function compileHas({ left, attr }: { left: Expr; attr: string | readonly string[] }): Evaluate {
  const of = compile(left);
  const path = typeof attr === 'string' ? [attr] : attr;
  return (env) => {
    let at: PlainValue | undefined = of(env);
    for (const name of path) {
      at = env.entities.attribute(at, name);
      if (at === undefined) return false;
    }
    return true;
  };
}

type Pattern = 'Wildcard' | { readonly Literal: string };

function compileLike({ left, pattern }: { left: Expr; pattern: readonly Pattern[] }): Evaluate {
  const text = compile(left);
  const parts: ('*' | { text: string })[] = [];
  for (const each of pattern) {
    const last = parts.at(-1);
    if (each === 'Wildcard') parts.push('*');
    else if (last === undefined || last === '*') parts.push({ text: each.Literal });
    else last.text += each.Literal;
  }
  return (env) => like(string(text(env)), parts);
}

function compileIs(of: { left: Expr; entity_type: string; in?: Expr }): Evaluate {
  const left = compile(of.left);
  const within = of.in === undefined ? undefined : compile(of.in);
  const { entity_type: type } = of;
  return (env) => {
    const value = left(env);
    if (entity(value).type !== type) return false;
    return within === undefined || isIn(env, value, within(env));
  };
}

function compileIf(of: { if: Expr; then: Expr; else: Expr }): Evaluate {
  const [test, then, other] = [compile(of.if), compile(of.then), compile(of.else)];
  return (env) => (bool(test(env)) ? then(env) : other(env));
}
