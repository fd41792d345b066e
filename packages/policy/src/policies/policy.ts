import type { PolicyJson } from '../cedar/cedar-engine.ts';
import { keyOfAction, type Schema } from '../cedar/cedar-schema.ts';
import type { PolicyRead } from '../cedar/policy-reads.ts';
import type { EntraRule } from './conditional-access.ts';

/** One policy: Cedar, with the facts for people and enforcement points in its annotations. */
export type Policy = {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** Its meaning, for people. */
  readonly sentence: string;
  /** The enforcement points that apply it. */
  readonly enforcementPoints: readonly string[];
  /** Its obligations when it decides, e.g. `alarm:critical`. */
  readonly obligations: readonly string[];
  /** The part that the vendor must enforce in its own policies. */
  readonly entra: EntraRule | undefined;
  /** As it is in the file. */
  readonly text: string;
  readonly tree: PolicyJson;
  readonly reads: readonly PolicyRead[];
  readonly place: TextPosition;
};

/** A position in a text; 1-based. */
export type TextPosition = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
};

/** The actions of the schema that a policy's head names. */
export function actionsOf({ action }: PolicyJson, schema: Schema): readonly string[] {
  const all = [...schema.actions.keys()];
  if (action.op === 'All') return all;
  const named = namedActions(action);
  if (action.op === '==') return all.filter((key) => named.has(key));
  return all.filter((key) =>
    [...(schema.actions.get(key)?.within ?? [])].some((g) => named.has(g)),
  );
}

/** Returns whether the head of a policy accepts a principal or resource of this type. */
export function takesType(
  constraint: PolicyJson['principal'] | PolicyJson['resource'],
  type: string,
): boolean {
  if (constraint.op === 'is') return constraint.entity_type === type;
  if (constraint.op !== '==') return true;
  const entity = 'entity' in constraint ? constraint.entity : undefined;
  return entity === undefined || uidOf(entity).type === type;
}

function namedActions(action: Exclude<PolicyJson['action'], { op: 'All' }>): ReadonlySet<string> {
  const entities =
    'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  return new Set(
    entities.map((entity) => {
      const { type, id } = uidOf(entity);
      return keyOfAction(type, id);
    }),
  );
}

type UidJson = { readonly type: string; readonly id: string };

function uidOf(entity: UidJson | { readonly __entity: UidJson }): UidJson {
  return '__entity' in entity ? entity.__entity : entity;
}
