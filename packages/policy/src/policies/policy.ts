import type { PolicyJson } from '../cedar/cedar-engine.ts';
import { keyOfAction, type Schema } from '../cedar/cedar-schema.ts';
import type { PolicyRead } from '../cedar/policy-reads.ts';
import type { EntraRule } from './conditional-access.ts';

/**
 * One policy: Cedar, with what people and enforcement points need to know of it in its annotations.
 */
export type Policy = {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** What it says, for people. */
  readonly sentence: string;
  /** Where it applies. */
  readonly enforcementPoints: readonly string[];
  /** What is owed when it decides, e.g. `alarm:critical`. */
  readonly obligations: readonly string[];
  /** What of it the vendor has to decide, in its own policies. */
  readonly entra: EntraRule | undefined;
  /** As it stands in the file. */
  readonly text: string;
  readonly tree: PolicyJson;
  readonly reads: readonly PolicyRead[];
  readonly place: TextPosition;
};

/** Where something stands; 1-based. */
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

/** Whether the head of a policy leaves a principal or a resource of this type in. */
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
