import { type Foothold, trace } from './foothold.ts';

/** Numbers 9 to 16: what applications hold. Sources: contracts 2.8, 8.2, 8.4. */
export const APPLICATION_FOOTHOLDS: readonly Foothold[] = [
  {
    number: 9,
    id: 'application-credentials',
    name: 'Secrets and certificates of app registrations',
    grounds: ['directory'],
    opens: [
      trace(['update application - certificates and secrets management'], 'target', {
        when: (detail) => addsKey(detail.before('keydescription'), detail.value('keydescription')),
      }),
      trace(['add application credentials*', 'add password to application*'], 'target'),
    ],
    closes: [
      trace(['update application - certificates and secrets management'], 'target', {
        when: (detail) => addsKey(detail.value('keydescription'), detail.before('keydescription')),
      }),
      trace(['delete application', 'hard delete application'], 'target'),
    ],
    readBack: 'GET /applications?$select=passwordCredentials,keyCredentials against the approved',
    blind: 'credentials of an application whose home is another tenant are seen there alone',
  },
  {
    number: 10,
    id: 'principal-credentials',
    name: "Credentials of service principals, the vendor's own included",
    grounds: ['directory'],
    opens: [trace(['add service principal credentials'], 'target')],
    closes: [trace(['remove service principal credentials', 'remove service principal'], 'target')],
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
      ),
      trace(['update application', 'update service principal'], 'target', {
        when: (detail) => detail.mentions(/federatedidentitycredential/i),
      }),
    ],
    closes: [trace(['delete federated identity credential'], 'target')],
    readBack: 'GET /applications/{id}/federatedIdentityCredentials, managed identities in Azure',
    blind: 'whoever controls the outside issuer makes tokens that look right',
  },
  {
    number: 12,
    id: 'consents',
    name: 'Consents and delegated permission grants',
    grounds: ['directory'],
    opens: [
      trace(['consent to application'], 'target', {
        what: (detail) => detail.value('consentaction.permissions'),
      }),
      trace(['add delegated permission grant', 'add oauth2permissiongrant'], 'grantee', {
        what: (detail) => detail.value('delegatedpermissiongrant.scope'),
      }),
    ],
    closes: [
      trace(
        ['remove delegated permission grant', 'remove oauth2permissiongrant', 'revoke consent*'],
        'grantee',
      ),
    ],
    readBack: 'GET /oauth2PermissionGrants against the approved',
    blind: 'what the application has copied already',
  },
  {
    number: 13,
    id: 'app-roles',
    name: 'App roles: full_access_as_app, Mail.* and the like',
    grounds: ['directory'],
    opens: [
      trace(['add app role assignment to service principal'], 'grantee', {
        what: (detail) => detail.value('approle.value', 'approle.displayname'),
      }),
    ],
    closes: [
      trace(['remove app role assignment from service principal'], 'grantee'),
      trace(['remove service principal'], 'target'),
    ],
    readBack: 'GET /servicePrincipals/{resource}/appRoleAssignedTo against the approved pairs',
  },
  {
    number: 14,
    id: 'applications',
    name: 'New applications and service principals',
    grounds: ['directory'],
    opens: [trace(['add application', 'add service principal', 'restore application'], 'target')],
    closes: [
      trace(
        [
          ...['delete application', 'hard delete application'],
          ...['remove service principal', 'hard delete service principal'],
        ],
        'target',
      ),
    ],
    readBack: 'GET /applications, /servicePrincipals and /directory/deletedItems',
    blind: 'for 30 days a deleted application can be restored',
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
      ),
    ],
    closes: [
      trace(
        [
          ...['remove owner from application', 'remove owner from service principal'],
          'remove owner from group',
        ],
        'target',
      ),
    ],
    readBack: 'GET /applications/{id}/owners, /servicePrincipals/{id}/owners, /groups/{id}/owners',
    blind: 'owners by nested or dynamic membership',
  },
  {
    number: 16,
    id: 'foreign-applications',
    name: 'Applications whose home is another tenant',
    grounds: ['signIns', 'directory'],
    opens: [],
    closes: [trace(['remove service principal', 'disable service principal'], 'target')],
    special: 'foreign',
    readBack: 'connect the tenant that is its home, or remove its service principal here',
    blind: 'its credentials are seen in its home tenant alone',
  },
];

/** Some key of `after` is not in `before`; without key ids, any statement of keys adds one. */
function addsKey(before: string | undefined, after: string | undefined): boolean {
  const had = new Set(keyIds(before));
  const has = keyIds(after);
  if (has.length === 0) return after !== undefined && after !== '' && after !== '[]';
  return has.some((id) => !had.has(id));
}

function keyIds(description: string | undefined): string[] {
  const all = (description ?? '').matchAll(/KeyIdentifier=([0-9a-f-]{36})/gi);
  return [...all].map(([, id = '']) => id.toLowerCase());
}
