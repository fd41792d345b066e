import type { TenantId } from '@countersign/core';
import { z } from 'zod';
import { PolicyError } from '../errors.ts';
import { REQUEST_DEPTH_MAX, REQUEST_MEMBERS_MAX, REQUEST_TEXT_MAX } from '../limits.ts';
import type { DecisionRequest } from './decision.ts';

const text = z.string().min(1).max(REQUEST_TEXT_MAX);
const properties = z.record(z.string(), z.unknown()).optional();
const party = z.object({ type: text, id: text, properties });
/** Unknown members are ignored, as AuthZEN 1.0 requires. */
const evaluation = z.object({
  subject: party,
  action: z.object({ name: text, properties }),
  resource: party,
  context: z.record(z.string(), z.unknown()).default({}),
});

export type RequestScope = { readonly enforcementPoint: string; readonly tenant: TenantId };

/**
 * Reads an AuthZEN evaluation (section 6.1).
 * @throws PolicyError REQUEST_INVALID with the invalid member
 */
export function parseRequest(
  value: unknown,
  { enforcementPoint, tenant }: RequestScope,
): DecisionRequest {
  refuseLarge(value);
  const parsed = evaluation.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = (issue?.path ?? []).join('.');
    const where = path === '' ? 'the request' : path;
    throw refused(`${where}: ${issue?.message ?? 'does not follow AuthZEN'}`);
  }
  return { enforcementPoint, tenant, ...parsed.data };
}

function refuseLarge(value: unknown): void {
  let members = 0;
  const walk = (at: unknown, depth: number): void => {
    if (typeof at !== 'object' || at === null) return;
    if (depth > REQUEST_DEPTH_MAX) throw refused(`it is deeper than ${REQUEST_DEPTH_MAX} levels`);
    for (const item of Object.values(at)) {
      members += 1;
      if (members > REQUEST_MEMBERS_MAX) {
        throw refused(`it has more than ${REQUEST_MEMBERS_MAX} members`);
      }
      walk(item, depth + 1);
    }
  };
  walk(value, 0);
}

function refused(what: string): PolicyError {
  return new PolicyError(
    'REQUEST_INVALID',
    `could not read the request as an AuthZEN evaluation: ${what}`,
  );
}
