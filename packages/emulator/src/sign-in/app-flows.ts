import type { AppAccount } from '../records/account.ts';
import { APP_NAMES } from '../records/first-party-apps.ts';
import type { SignIn } from '../records/sign-in.ts';
import { CLIENTS } from './clients.ts';
import { type Request, tokenIdOf } from './user-flows.ts';

export type AppCredential = {
  readonly kind: 'clientSecret' | 'certificate' | 'managedIdentity';
  readonly keyId: string;
  readonly homeTenantId: string;
};

/** An application as itself: client credentials with a secret or a certificate. */
export function appSignIn(app: AppAccount, request: AppRequest, credential: AppCredential): SignIn {
  return {
    ...request,
    appId: app.appId,
    appName: app.name,
    tokenId: tokenIdOf(request.requestId),
    eventType: credential.kind === 'managedIdentity' ? 'managedIdentity' : 'servicePrincipal',
    servicePrincipal: {
      id: app.servicePrincipalId,
      name: app.name,
      homeTenantId: credential.homeTenantId,
      credential: credential.kind,
      keyId: credential.keyId,
    },
    client: CLIENTS.daemon,
    protocol: 'none',
    incomingToken: 'none',
    error: 0,
    factors: 1,
    steps: [],
    audit: { method: '', request: 'OAuth2:Token' },
  };
}

export type AppRequest = Omit<Request, 'appId' | 'sessionId'>;

/** A sign-in between the vendor's services, which at most one category of the export reports. */
export function vendorSignIn(
  appId: string,
  servicePrincipalId: string,
  request: AppRequest,
): SignIn {
  const name = APP_NAMES.get(appId) ?? '';
  const credential = { kind: 'certificate', keyId: '', homeTenantId: VENDOR_TENANT } as const;
  return {
    ...appSignIn({ name, appId, servicePrincipalId }, request, credential),
    isVendor: true,
  };
}

/** The tenant in which the vendor registers its own applications. */
const VENDOR_TENANT = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';
