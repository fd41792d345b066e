import type { DecisionBody, PassBody } from '@countersign/policy';
import type { EntryRows } from '../../store/rows/entry-rows.ts';

/** Sentences that a list shows for one decision. */
const BECAUSE_MAX = 3;

type Json = { readonly [name: string]: unknown };

/** What an entry of kind `decision` means for the store. */
export function decisionFacts(index: number, body: Json): EntryRows {
  const { decision, request } = body as Partial<DecisionBody>;
  if (decision === undefined || request === undefined) return {};
  const {
    id,
    atMs,
    enforcementPoint,
    tenant,
    effect,
    cause,
    policies,
    obligations,
    policyVersion,
    because,
  } = decision;
  const { subject, action, resource, context } = request;
  const stated = (name: string): string | null => {
    const value = context[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const fact = {
    ...{
      index,
      id,
      atMs,
      enforcementPoint,
      tenant,
      effect,
      cause,
      policies,
      obligations,
      policyVersion,
    },
    principal: subject.id.toLowerCase(),
    principalType: subject.type,
    action: action.name,
    resource: `${resource.type}:${resource.id}`,
    because: effect === 'permit' ? [] : because.slice(0, BECAUSE_MAX).map(({ text }) => text),
    address: stated('address'),
    requestId: stated('requestId')?.toLowerCase() ?? null,
    method: stated('factor'),
    session: stated('session'),
    pass: decision.pass?.id ?? null,
  };
  return { decisions: [fact] };
}

/** What an entry of kind `pass` means for the store. */
export function passFacts(index: number, body: Json): EntryRows {
  const said = body as Partial<PassBody>;
  const { pass, phase, atMs } = said;
  if (pass === undefined || phase === undefined || atMs === undefined) return {};
  const opened = said.phase === 'opened' ? said : undefined;
  const fact = {
    ...{ index, pass, phase, atMs },
    tenant: said.tenant ?? '',
    principal: (opened?.principal?.id ?? '').toLowerCase(),
    expiresMs: opened?.expiresMs ?? null,
    body: JSON.stringify(body),
  };
  return { passes: [fact] };
}
