import { addedKeys, alone, byAny, byEach, grant, removedKeys } from '../reversals/objects.ts';
import { type Foothold, trace } from './foothold.ts';
import type { RecordDetail } from './record-detail.ts';
import { ACCOUNT_BACK, ACCOUNT_GONE, RESTORABLE, TOKENS } from './remainders.ts';

const FEDERATED = byAny(
  'federatedidentitycredential.id',
  'federatedidentitycredentialid',
  'federatedidentitycredential.name',
);
const APP_ROLE = byEach('approle.id', 'approle.value');
const OWNED = byEach('application.objectid', 'serviceprincipal.objectid', 'group.objectid');

/** Restores the application and everything that it held. */
const APPLICATION_BACK = trace(
  ['restore application', 'restore service principal', 'enable service principal'],
  'target',
);

/** Deletes everything that an application holds. */
const DELETED = [
  trace(['delete application'], 'target', { leaves: [RESTORABLE, TOKENS] }),
  trace(['hard delete application'], 'target', { leaves: [TOKENS] }),
] as const;

/** Deletes everything that its principal holds in this tenant. */
const REMOVED = [
  trace(['remove service principal'], 'target', { leaves: [RESTORABLE, TOKENS] }),
  trace(['hard delete service principal'], 'target', { leaves: [TOKENS] }),
] as const;

/** Footholds 9 to 16: what applications hold. Sources: contracts 2.8, 8.2, 8.4. */
export const APPLICATION_FOOTHOLDS: readonly Foothold[] = [
  {
    number: 9,
    id: 'application-credentials',
    name: 'Secrets and certificates of app registrations',
    grounds: ['directory'],
    opens: [
      trace(['update application - certificates and secrets management'], 'target', {
        // For keys without ids, only the statement shows that there is one.
        when: (detail) => addedKeys(detail) !== undefined || statesKeysWithoutIds(detail),
        things: addedKeys,
      }),
      trace(['add application credentials*', 'add password to application*'], 'target', {
        things: addedKeys,
      }),
    ],
    closes: [
      trace(['update application - certificates and secrets management'], 'target', {
        when: (detail) => removedKeys(detail) !== undefined,
        things: removedKeys,
        leaves: [TOKENS],
      }),
      ...DELETED,
    ],
    reopens: [APPLICATION_BACK],
    readBack: 'GET /applications?$select=passwordCredentials,keyCredentials against the approved',
    blind: 'only the home tenant of a foreign application shows its credentials',
  },
  {
    number: 10,
    id: 'principal-credentials',
    name: "Credentials of service principals, the vendor's own included",
    grounds: ['directory'],
    opens: [trace(['add service principal credentials'], 'target', { things: addedKeys })],
    closes: [
      trace(['remove service principal credentials'], 'target', {
        things: removedKeys,
        leaves: [TOKENS],
      }),
      ...REMOVED,
    ],
    reopens: [APPLICATION_BACK],
    readBack: 'GET /servicePrincipals?$select=passwordCredentials,keyCredentials',
    blind: "keys of the vendor's own applications cannot be listed",
  },
  {
    number: 11,
    id: 'federated-credentials',
    name: 'Federated identity credentials',
    grounds: ['directory', 'azure'],
    opens: [
      trace(
        ['add federated identity credential', 'update federated identity credential'],
        'target',
        { things: FEDERATED },
      ),
      trace(['update application', 'update service principal'], 'target', {
        when: (detail) => detail.mentions(/federatedidentitycredential/i),
        things: FEDERATED,
      }),
    ],
    closes: [
      trace(['delete federated identity credential'], 'target', {
        things: FEDERATED,
        leaves: [TOKENS],
      }),
      ...DELETED,
      ...REMOVED,
    ],
    reopens: [APPLICATION_BACK],
    readBack: 'GET /applications/{id}/federatedIdentityCredentials, managed identities in Azure',
    blind: 'the owner of the external issuer can create valid tokens',
  },
  {
    number: 12,
    id: 'consents',
    name: 'Consents and delegated permission grants',
    grounds: ['directory'],
    opens: [
      trace(['consent to application'], 'target', {
        what: (detail) => scopesOf(detail.value('consentaction.permissions')),
        things: grant,
        reinstates: true,
      }),
      trace(['add delegated permission grant', 'add oauth2permissiongrant'], 'grantee', {
        what: (detail) => detail.value('delegatedpermissiongrant.scope'),
        things: grant,
        reinstates: true,
      }),
    ],
    closes: [
      trace(
        ['remove delegated permission grant', 'remove oauth2permissiongrant', 'revoke consent*'],
        'grantee',
        { things: grant, leaves: [TOKENS] },
      ),
      ...DELETED,
      ...REMOVED,
    ],
    reopens: [APPLICATION_BACK],
    readBack: 'GET /oauth2PermissionGrants against the approved',
    blind: 'data that the application has already copied',
  },
  {
    number: 13,
    id: 'app-roles',
    name: 'App roles such as full_access_as_app and Mail.*',
    grounds: ['directory'],
    opens: [
      trace(['add app role assignment to service principal'], 'grantee', {
        what: (detail) => detail.value('approle.value', 'approle.displayname'),
        things: APP_ROLE,
        reinstates: true,
      }),
    ],
    closes: [
      trace(['remove app role assignment from service principal'], 'grantee', {
        things: APP_ROLE,
        leaves: [TOKENS],
      }),
      ...DELETED,
      ...REMOVED,
    ],
    reopens: [APPLICATION_BACK],
    readBack: 'GET /servicePrincipals/{resource}/appRoleAssignedTo against the approved pairs',
  },
  {
    number: 14,
    id: 'applications',
    name: 'New applications and service principals',
    grounds: ['directory'],
    opens: [
      trace(['add application'], 'target', { things: alone('registration') }),
      trace(['add service principal'], 'target', {
        things: alone('principal'),
        reinstates: true,
      }),
      trace(['restore application'], 'target'),
    ],
    closes: [...DELETED, ...REMOVED.map((each) => ({ ...each, things: alone('principal') }))],
    reopens: [APPLICATION_BACK],
    readBack: 'GET /applications, /servicePrincipals and /directory/deletedItems',
    blind: 'a deleted application can be restored for 30 days',
  },
  {
    number: 15,
    id: 'owners',
    name: 'Owners of applications, service principals and groups',
    grounds: ['directory'],
    opens: [
      trace(
        ['add owner to application', 'add owner to service principal', 'add owner to group'],
        'target',
        { things: OWNED, reinstates: true },
      ),
    ],
    closes: [
      trace(
        [
          ...['remove owner from application', 'remove owner from service principal'],
          'remove owner from group',
        ],
        'target',
        { things: OWNED },
      ),
      ...ACCOUNT_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'GET /applications/{id}/owners, /servicePrincipals/{id}/owners, /groups/{id}/owners',
    blind: 'owners by nested or dynamic membership',
  },
  {
    number: 16,
    id: 'foreign-applications',
    name: 'Applications with a home in another tenant',
    grounds: ['signIns', 'directory'],
    opens: [],
    closes: [...REMOVED, trace(['disable service principal'], 'target', { leaves: [TOKENS] })],
    special: 'foreign',
    readBack: 'connect its home tenant, or remove its service principal here',
    blind: 'only its home tenant shows its credentials',
  },
];

function statesKeysWithoutIds(detail: RecordDetail): boolean {
  const after = detail.value('keydescription');
  return after !== undefined && !/KeyIdentifier=/i.test(after) && after !== '' && after !== '[]';
}

/** The permissions that a consent gives, parsed from the suite's text about the change. */
function scopesOf(permissions: string | undefined): string | undefined {
  const scopes = [...(permissions ?? '').matchAll(/\bScope: ?([^,\]]+)/g)];
  if (scopes.length === 0) return permissions;
  return [...new Set(scopes.map(([, scope = '']) => scope.trim()))].join('; ');
}
