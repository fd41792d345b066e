import type { Expr, PolicyJson, TypeAndId } from './cedar-engine.ts';
import { attributePathOf, readText } from './policy-reads.ts';

/** The constants that policies compare an input with. */
export type Constants = {
  /** Plain JSON. */
  readonly values: Set<unknown>;
  /** Ids of entities in `in` conditions, by the name of the input. */
  readonly containers: Set<string>;
};

/** The constants in policies that can change an outcome, by the name of the input. */
export function constantsOf(policies: readonly PolicyJson[]): ReadonlyMap<string, Constants> {
  const collecting = new ConstantCollector();
  for (const policy of policies) {
    for (const root of ['principal', 'resource'] as const) {
      const constraint = policy[root];
      const within = constraint.op === 'is' ? constraint.in : constraint;
      if (constraint.op !== 'in' && constraint.op !== 'is') continue;
      if (within !== undefined && 'entity' in within) {
        collecting.container({ Var: root }, within.entity);
      }
    }
    for (const { body } of policy.conditions) collecting.truth(body);
  }
  return collecting.found;
}

type Operands = { readonly left: Expr; readonly right: Expr };

class ConstantCollector {
  readonly found = new Map<string, Constants>();

  /** A boolean expression: an attribute in its place is true or false. */
  truth(expr: Expr): void {
    const [[op, inner] = ['', undefined]] = Object.entries(expr) as [string, unknown][];
    switch (op) {
      case '.':
        this.#values(expr, [true, false]);
        return;
      case 'has':
        this.#has(inner as { left: Expr; attr: string | readonly string[] });
        return;
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
        this.#compared(inner as Operands);
        return;
      case 'contains':
      case 'containsAny':
      case 'containsAll':
        this.#contained(inner as Operands);
        return;
      case 'in':
        this.#in(inner as Operands);
        return;
      default:
        this.#operands(inner);
    }
  }

  container(of: Expr, entity: TypeAndId | { readonly __entity: TypeAndId }): void {
    const chain = attributePathOf(of);
    if (chain === undefined) return;
    const { type, id } = '__entity' in entity ? entity.__entity : entity;
    this.#of(readText({ ...chain, within: type })).containers.add(id);
  }

  #has({ left, attr }: { left: Expr; attr: string | readonly string[] }): void {
    const chain = attributePathOf(left);
    if (chain === undefined) return;
    const path = [...chain.path, ...(typeof attr === 'string' ? [attr] : attr)];
    // Null: the attribute is absent.
    this.#of(readText({ root: chain.root, path })).values.add(null);
  }

  #compared({ left, right }: Operands): void {
    for (const [of, with_] of [
      [left, right],
      [right, left],
    ] as const) {
      const value = literal(with_);
      if (value === undefined) continue;
      // The values on both sides of a bound.
      const near = typeof value === 'number' ? [value - 1, value, value + 1] : [value];
      this.#values(of, near);
    }
    // A compared value is not boolean itself, but may contain a boolean expression.
    for (const operand of [left, right])
      if (attributePathOf(operand) === undefined) this.truth(operand);
  }

  #contained({ left, right }: Operands): void {
    const items = 'Set' in left ? (left as { Set: Expr[] }).Set : [];
    this.#values(
      right,
      items.map(literal).filter((item) => item !== undefined),
    );
    const item = literal(right);
    if (item !== undefined) this.#values(left, [[item]]);
  }

  #in({ left, right }: Operands): void {
    const items = 'Set' in right ? (right as { Set: Expr[] }).Set : [right];
    for (const item of items) {
      const value = 'Value' in item ? (item as { Value: unknown }).Value : undefined;
      if (typeof value === 'object' && value !== null && '__entity' in value) {
        this.container(left, value as { __entity: TypeAndId });
      }
    }
  }

  #operands(inner: unknown): void {
    if (typeof inner !== 'object' || inner === null) return;
    for (const item of Object.values(inner)) {
      if (typeof item === 'object' && item !== null && !Array.isArray(item))
        this.truth(item as Expr);
    }
  }

  #values(of: Expr, values: readonly unknown[]): void {
    const chain = attributePathOf(of);
    if (chain === undefined || chain.path.length === 0) return;
    const { values: found } = this.#of(readText(chain));
    for (const value of values) found.add(value);
  }

  #of(name: string): Constants {
    const known = this.found.get(name);
    if (known !== undefined) return known;
    const constants = { values: new Set<unknown>(), containers: new Set<string>() };
    this.found.set(name, constants);
    return constants;
  }
}

/** The plain value of a literal; undefined for any other expression. */
function literal(expr: Expr): unknown {
  if (!('Value' in expr)) return undefined;
  const { Value: value } = expr as { Value: unknown };
  return typeof value === 'object' ? undefined : value;
}
