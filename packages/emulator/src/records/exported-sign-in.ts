import type { JsonObject } from '../core/json-object.ts';
import type { Tenant } from '../population/tenant.ts';
import { exported, exportTime } from './feed-format.ts';
import type { EventType, SignIn } from './sign-in.ts';

/** The diagnostic category of each kind of sign-in. */
export const SIGN_IN_CATEGORIES: Readonly<Record<EventType, string>> = {
  interactiveUser: 'SignInLogs',
  nonInteractiveUser: 'NonInteractiveUserSignInLogs',
  servicePrincipal: 'ServicePrincipalSignInLogs',
  managedIdentity: 'ManagedIdentitySignInLogs',
};

/** The same sign-in in the form of the diagnostic export. */
export function exportedSignIn(tenant: Tenant, s: SignIn, common: JsonObject): JsonObject {
  return exported(
    {
      tenantId: tenant.id,
      category: SIGN_IN_CATEGORIES[s.eventType],
      operationName: 'Sign-in activity',
      atMs: s.atMs,
      result: { type: String(s.error), signature: s.error === 0 ? 'SUCCESS' : 'None' },
      callerIp: s.address.ip,
      correlationId: s.correlationId,
      identity: s.user?.displayName ?? s.servicePrincipal?.name ?? '',
      location: s.address.place.countryOrRegion,
    },
    { ...common, createdDateTime: exportTime(s.atMs), tenantId: tenant.id, ...kindOf(s) },
  );
}

/** Members of people's rows only, and of applications' rows only. */
function kindOf(s: SignIn): JsonObject {
  if (s.user === undefined) {
    const isManaged = s.eventType === 'managedIdentity';
    return {
      managedIdentityType: isManaged ? 'systemAssigned' : 'none',
      appOwnerTenantId: s.servicePrincipal?.homeTenantId ?? '',
    };
  }
  return {
    userType: s.user.userType === 'guest' ? 'Guest' : 'Member',
    mfaDetail: s.factors === 2 ? { authMethod: s.steps.at(-1)?.method ?? '' } : {},
    authenticationStrengths: [],
    rngcStatus: 0,
    ssoExtensionVersion: '',
  };
}
