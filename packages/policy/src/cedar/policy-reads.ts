import type { Expr, PolicyJson, TypeAndId } from './cedar-engine.ts';

export type PolicyVariable = 'principal' | 'action' | 'resource' | 'context';

/** An attribute or membership that a policy reads. */
export type PolicyRead = {
  readonly root: PolicyVariable;
  /** `['device', 'compliant']` for `context.device.compliant`; empty: the variable itself. */
  readonly path: readonly string[];
  /** For a membership: the type of the container, or `*` if the policy does not name it. */
  readonly within?: string;
};

export type PolicyReads = {
  readonly reads: readonly PolicyRead[];
  /** Descriptions of reads that only an evaluation could determine. They make a policy invalid. */
  readonly unresolved: readonly string[];
};

/** The notation in messages and policies: `principal.risk`, `principal in Group`. */
export function readText({ root, path, within }: PolicyRead): string {
  const text = [root, ...path].join('.');
  return within === undefined ? text : `${text} in ${within}`;
}

/** Everything that any evaluation of a policy may read. */
export function readsOf(policy: PolicyJson): PolicyReads {
  const walk = new ExpressionWalker();
  for (const root of ['principal', 'resource'] as const) {
    const constraint = policy[root];
    const within = constraint.op === 'is' ? constraint.in : constraint;
    if (within === undefined || (constraint.op !== 'in' && constraint.op !== 'is')) continue;
    const type = 'entity' in within ? typeOf(within.entity) : ANY_TYPE;
    walk.addMembership({ root, path: [] }, [type]);
  }
  for (const { body } of policy.conditions) walk.visit(body);
  return { reads: [...walk.reads.values()], unresolved: [...new Set(walk.unresolved)] };
}

type AttributePath = { readonly root: PolicyVariable; readonly path: readonly string[] };

class ExpressionWalker {
  readonly reads = new Map<string, PolicyRead>();
  readonly unresolved: string[] = [];

  visit(expr: Expr): void {
    const [[op, inner] = ['', undefined]] = Object.entries(expr) as [string, unknown][];
    switch (op) {
      case 'Value':
      case 'Var':
        return;
      case 'Slot':
        this.unresolved.push('a template with a slot');
        return;
      case '.':
        this.#attribute(expr);
        return;
      case 'has':
        this.#has(inner as { left: Expr; attr: string | readonly string[] });
        return;
      case 'in':
        this.#in(inner as { left: Expr; right: Expr });
        return;
      case 'is':
        this.#is(inner as { left: Expr; in?: Expr });
        return;
      case 'getTag':
      case 'hasTag':
        this.unresolved.push('a tag');
        return;
      default:
        this.#children(inner);
    }
  }

  addMembership(chain: AttributePath, types: readonly string[]): void {
    for (const within of types) this.#addRead({ ...chain, within });
  }

  #attribute(expr: Expr): void {
    const chain = attributePathOf(expr);
    if (chain !== undefined) {
      this.#addRead(chain);
      return;
    }
    const { left, attr } = (expr as { '.': { left: Expr; attr: string } })['.'];
    if (!('Record' in left)) this.unresolved.push(`the attribute ${attr} of an expression`);
    this.visit(left);
  }

  #has({ left, attr }: { left: Expr; attr: string | readonly string[] }): void {
    const chain = attributePathOf(left);
    const attrs = typeof attr === 'string' ? [attr] : attr;
    if (chain === undefined) {
      if (!('Record' in left)) this.unresolved.push(`whether an expression has ${attrs.join('.')}`);
      this.visit(left);
      return;
    }
    this.#addRead({ root: chain.root, path: [...chain.path, ...attrs] });
  }

  #in({ left, right }: { left: Expr; right: Expr }): void {
    const chain = attributePathOf(left);
    if (chain === undefined) {
      if (!isLiteral(left)) this.unresolved.push('the containers of an expression');
    } else {
      this.addMembership(chain, typesIn(right));
    }
    this.visit(left);
    this.visit(right);
  }

  #is({ left, in: within }: { left: Expr; in?: Expr }): void {
    if (within === undefined) this.visit(left);
    else this.#in({ left, right: within });
  }

  /** Visits the operands of an operator, in any of its forms. */
  #children(inner: unknown): void {
    if (Array.isArray(inner)) {
      for (const item of inner) this.visit(item as Expr);
    } else if (typeof inner === 'object' && inner !== null) {
      for (const item of Object.values(inner)) {
        // The pattern of `like` and names of types are not expressions.
        if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
          this.visit(item as Expr);
        }
      }
    }
  }

  #addRead(read: PolicyRead): void {
    this.reads.set(readText(read), read);
  }
}

/** Stands for a type that a policy does not name. */
export const ANY_TYPE = '*';

/** The types of the entities on the right of `in`. */
function typesIn(right: Expr): readonly string[] {
  const items = 'Set' in right ? (right as { Set: Expr[] }).Set : [right];
  return items.map((item) => {
    const value = 'Value' in item ? (item as { Value: unknown }).Value : undefined;
    const isEntity = typeof value === 'object' && value !== null && '__entity' in value;
    return isEntity ? typeOf(value as { __entity: TypeAndId }) : ANY_TYPE;
  });
}

function typeOf(entity: TypeAndId | { readonly __entity: TypeAndId }): string {
  return '__entity' in entity ? entity.__entity.type : entity.type;
}

function isLiteral(expr: Expr): boolean {
  return 'Value' in expr;
}

/** The path of `principal.a.b`; undefined if the expression does not begin with a variable. */
export function attributePathOf(expr: Expr): AttributePath | undefined {
  if ('Var' in expr) return { root: (expr as { Var: PolicyVariable }).Var, path: [] };
  if (!('.' in expr)) return undefined;
  const { left, attr } = (expr as { '.': { left: Expr; attr: string } })['.'];
  const chain = attributePathOf(left);
  return chain === undefined ? undefined : { root: chain.root, path: [...chain.path, attr] };
}
