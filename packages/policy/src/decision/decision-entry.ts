import { assert, instantOfMs, type RecordDraft, type TenantId } from '@countersign/core';
import type { Decision, DecisionRequest } from './decision.ts';

const encoder = new TextEncoder();
const OPENED = '/opened';

/** The body of an entry of kind `decision`: the request and the answer. */
export type DecisionBody = {
  readonly v: 1;
  readonly decision: Decision;
  readonly request: Pick<DecisionRequest, 'subject' | 'action' | 'resource' | 'context'>;
};

/** The body of an entry of kind `pass`. */
export type PassBody = PassOpening | PassEnding;

export type PassOpening = {
  readonly v: 1;
  readonly phase: 'opened';
  readonly pass: string;
  readonly tenant: TenantId;
  /** Id of the decision that opened it. */
  readonly decision: string;
  readonly enforcementPoint: string;
  readonly principal: { readonly type: string; readonly id: string };
  readonly resource: { readonly type: string; readonly id: string };
  readonly action: string;
  /** The constraints of the pass, as stated by the enforcement point. */
  readonly constraints: PassConstraints;
  readonly atMs: number;
  readonly expiresMs: number;
  /** For a sign-in to the suite: the maximum lifetime of a token that the suite issues for it. */
  readonly suiteTokenMs?: number | undefined;
};

export type PassConstraints = {
  readonly address: string | null;
  readonly device: string | null;
  readonly app: string | null;
};

export type PassEnding = {
  readonly v: 1;
  readonly phase: 'ended' | 'lapsed';
  readonly pass: string;
  readonly tenant: TenantId;
  readonly atMs: number;
  /** Who revoked it and why; null if it expired. */
  readonly by: string | null;
  readonly reason: string | null;
};

export function decisionDraft(decision: Decision, request: DecisionRequest): RecordDraft {
  const { subject, action, resource, context } = request;
  const body: DecisionBody = { v: 1, decision, request: { subject, action, resource, context } };
  return draft('decision', decision.id, decision.tenant, decision.atMs, body);
}

/** A pass opens, ends and expires at most once each, so the entry id is its id with the phase. */
export function passDraft(body: PassBody): RecordDraft {
  return draft('pass', `${body.pass}/${body.phase}`, body.tenant, body.atMs, body);
}

/** The pass that an entry opens; undefined for every other entry. */
export function openingIn({ kind, id }: RecordDraft): string | undefined {
  return kind === 'pass' && id?.endsWith(OPENED) === true ? id.slice(0, -OPENED.length) : undefined;
}

/** The pass end that an entry states; undefined for every other entry. */
export function endingIn({ kind, id, body }: RecordDraft): PassEnding | undefined {
  if (kind !== 'pass' || id?.endsWith('/ended') !== true) return undefined;
  return JSON.parse(new TextDecoder().decode(body)) as PassEnding;
}

function draft(
  kind: 'decision' | 'pass',
  id: string,
  tenant: TenantId,
  atMs: number,
  body: object,
): RecordDraft {
  const at = instantOfMs(atMs);
  assert(at !== undefined, 'the clock shows a time that exists');
  const bytes = encoder.encode(JSON.stringify(body));
  return { kind, tenant, source: `countersign/${kind}`, id, at, body: bytes };
}
