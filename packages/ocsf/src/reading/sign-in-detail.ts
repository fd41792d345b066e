import type { SourceRecord } from '../model/record-view.ts';
import { bool, isObject, type Json, list, lower, object, text } from '../values/json-value.ts';
import { createMemo, type Memo } from '../values/memo.ts';
import { route } from './route-record.ts';

/** One step of an authentication (`authenticationDetails`). */
export type SignInStep = {
  readonly method: string;
  readonly detail: string;
  readonly result: string;
  readonly succeeded: boolean;
};

/**
 * Details of a sign-in beyond the columns of its event: the results of the vendor's policies, the
 * authentication methods, and an application's credential. Null is not stated.
 */
export type SignInDetail = {
  readonly conditionalAccess: 'success' | 'failure' | 'notApplied' | null;
  /** Whether one of the vendor's policies that require a second factor applied. */
  readonly factorPolicy: 'applied' | 'notApplied' | null;
  readonly steps: readonly SignInStep[];
  readonly isCompliant: boolean | null;
  readonly isManaged: boolean | null;
  /** The id of the credential that an application used. */
  readonly credential: string | null;
  /** The home tenant of the application. */
  readonly homeTenant: string | null;
  readonly incomingToken: string | null;
  /** Ids under which an enforcement point may know this sign-in, lower case. */
  readonly requests: readonly string[];
};

/** Returns undefined for a record that is not a sign-in. */
export function signInDetail(
  record: SourceRecord,
  memo: Memo = createMemo(),
): SignInDetail | undefined {
  const { subject } = route(record, memo);
  const view = subject.signIn;
  if (view === null) return undefined;
  const item = itemOf(subject.body);
  const member = (name: string): unknown => memberOf(item, name);
  const policies = list(member('appliedConditionalAccessPolicies')).slice(0, POLICIES_READ_MAX);
  return {
    conditionalAccess: accessOf(member('conditionalAccessStatus') ?? item['conditional access']),
    factorPolicy: factorPolicyOf(policies),
    steps: list(view.authenticationDetails).slice(0, STEPS_READ_MAX).map(stepOf),
    isCompliant: bool(view.device['isCompliant']),
    isManaged: bool(view.device['isManaged']),
    credential: credentialOf(member),
    homeTenant: lower(member('homeTenantId')),
    incomingToken: text(member('incomingTokenType')),
    requests: [record.id, view.correlationId, member('originalRequestId')]
      .map(lower)
      .filter((id) => id !== null),
  };
}

/** More steps than any sign-in has. */
const STEPS_READ_MAX = 32;
/** More policies than any tenant applies to one sign-in. */
const POLICIES_READ_MAX = 200;

/** The sign-in itself, without the envelope of the diagnostic export. */
function itemOf(body: Json): Json {
  const inner = body['properties'];
  return inner === undefined ? body : object(inner);
}

/** By Graph's name, or by the Log Analytics column name. */
function memberOf(item: Json, name: string): unknown {
  if (Object.hasOwn(item, name)) return item[name];
  const column = name.charAt(0).toUpperCase() + name.slice(1);
  return Object.hasOwn(item, column) ? item[column] : undefined;
}

function accessOf(value: unknown): SignInDetail['conditionalAccess'] {
  switch (lower(value)?.replaceAll(' ', '')) {
    case 'success':
      return 'success';
    case 'failure':
      return 'failure';
    case 'notapplied':
      return 'notApplied';
    default:
      return null;
  }
}

/** Null if no policy with a second factor is listed: not every reader may see policies. */
function factorPolicyOf(policies: readonly unknown[]): SignInDetail['factorPolicy'] {
  let found: SignInDetail['factorPolicy'] = null;
  for (const raw of policies) {
    const policy = object(raw);
    const controls = list(policy['enforcedGrantControls']).map(lower);
    if (!controls.some((control) => control === 'mfa' || control?.includes('strength') === true)) {
      continue;
    }
    const result = lower(policy['result']);
    if (result === 'success' || result === 'failure') return 'applied';
    if (result === 'notapplied') found = 'notApplied';
  }
  return found;
}

function stepOf(raw: unknown): SignInStep {
  const step = isObject(raw) ? raw : object(raw);
  return {
    method: text(step['authenticationMethod']) ?? '',
    detail: text(step['authenticationMethodDetail']) ?? '',
    result: text(step['authenticationStepResultDetail']) ?? '',
    succeeded: bool(step['succeeded']) === true,
  };
}

function credentialOf(member: (name: string) => unknown): string | null {
  if (lower(member('clientCredentialType')) === 'managedidentity') return MANAGED_IDENTITY;
  return (
    lower(member('servicePrincipalCredentialKeyId')) ??
    lower(member('servicePrincipalCredentialThumbprint')) ??
    lower(member('federatedCredentialId'))
  );
}

/** Stands for a credential: a managed identity has none that a person could hold. */
const MANAGED_IDENTITY = 'managed-identity';
