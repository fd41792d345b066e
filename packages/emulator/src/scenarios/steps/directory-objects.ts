import type { Change } from '../../directory/model/directory-change.ts';
import { graphTime } from '../../records/feed-format.ts';
import type { ScenarioApp } from './scenario-value.ts';

/** Secrets created in the portal last two years by default. */
const SECRET_LASTS_MS = 730 * 86_400_000;

type Create = Extract<Change, { readonly act: 'create' }>;

export function createdApplication(app: ScenarioApp, atMs: number): Create {
  const object = {
    id: app.appObjectId,
    appId: app.appId,
    displayName: app.name,
    signInAudience: 'AzureADMultipleOrgs',
    createdDateTime: graphTime(atMs),
    passwordCredentials: secretsOf(app),
    keyCredentials: [],
    appRoles: [],
    web: { redirectUris: [] },
    isFallbackPublicClient: false,
  };
  return { act: 'create', kind: 'applications', object };
}

export function createdPrincipal(app: ScenarioApp, id: string, atMs: number): Create {
  const object = {
    id,
    appId: app.appId,
    displayName: app.name,
    appDisplayName: app.name,
    appOwnerOrganizationId: app.homeTenantId,
    servicePrincipalType: 'Application',
    servicePrincipalNames: [app.appId],
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    signInAudience: 'AzureADMultipleOrgs',
    passwordCredentials: [],
    keyCredentials: [],
    appRoles: [],
    createdDateTime: graphTime(atMs),
  };
  return { act: 'create', kind: 'servicePrincipals', object };
}

function secretsOf(app: ScenarioApp): object[] {
  return app.secrets.map(({ keyId, displayName, sinceMs }) => ({
    keyId,
    displayName,
    startDateTime: graphTime(sinceMs),
    endDateTime: graphTime(sinceMs + SECRET_LASTS_MS),
    hint: keyId.slice(0, 3),
  }));
}
