import type { JsonObject } from '../../core/json-object.ts';
import { RESTORABLE } from '../../directory/directory-state.ts';
import {
  type DirectoryObject,
  type Kind,
  SINGLETONS,
} from '../../directory/model/directory-seed.ts';
import type { Reply } from '../../http/http-message.ts';
import { type Call, ok } from '../calls/graph-call.ts';
import { notFound } from '../calls/graph-error.ts';
import { need, needUser } from '../calls/lookups.ts';
import { shown, typeOf } from '../calls/object-shape.ts';
import { getOne, listAll, listKind, selected } from '../calls/pages.ts';
import { MAY, READS_OWN } from '../calls/permissions.ts';
import { type Family, type Route, route } from '../calls/route-table.ts';

type Collection = {
  readonly kind: Kind;
  readonly path: `/${string}`;
  readonly may: readonly string[];
  readonly cost?: number;
  readonly family?: Family;
};

/** Collections that can be listed and read by id. */
const COLLECTIONS: readonly Collection[] = [
  { kind: 'users', path: '/users', may: MAY.readUsers, cost: 2 },
  { kind: 'groups', path: '/groups', may: MAY.readGroups },
  { kind: 'devices', path: '/devices', may: MAY.readDevices },
  { kind: 'applications', path: '/applications', may: MAY.readApplications, cost: 2 },
  { kind: 'servicePrincipals', path: '/servicePrincipals', may: MAY.readApplications },
  { kind: 'oauth2PermissionGrants', path: '/oauth2PermissionGrants', may: MAY.readGrants, cost: 2 },
  { kind: 'directoryRoles', path: '/directoryRoles', may: MAY.readRoles },
  { kind: 'domains', path: '/domains', may: MAY.readDomains },
  { kind: 'organizations', path: '/organization', may: MAY.readOrganization },
  { kind: 'subscribedSkus', path: '/subscribedSkus', may: MAY.readOrganization },
  {
    kind: 'roleDefinitions',
    path: '/roleManagement/directory/roleDefinitions',
    may: MAY.readRoles,
  },
  {
    kind: 'roleAssignments',
    path: '/roleManagement/directory/roleAssignments',
    may: MAY.readRoles,
  },
  {
    kind: 'roleAssignmentSchedules',
    path: '/roleManagement/directory/roleAssignmentSchedules',
    may: MAY.readEligibility,
  },
  {
    kind: 'roleEligibilitySchedules',
    path: '/roleManagement/directory/roleEligibilitySchedules',
    may: MAY.readEligibility,
  },
  {
    kind: 'conditionalAccessPolicies',
    path: '/identity/conditionalAccess/policies',
    may: MAY.readPolicies,
    family: 'protection',
  },
  {
    kind: 'namedLocations',
    path: '/identity/conditionalAccess/namedLocations',
    may: MAY.readPolicies,
    family: 'protection',
  },
  {
    kind: 'authenticationStrengthPolicies',
    path: '/policies/authenticationStrengthPolicies',
    may: MAY.readPolicies,
  },
  {
    kind: 'authenticationMethodConfigurations',
    path: '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations',
    may: MAY.readMethodsPolicy,
  },
  {
    kind: 'customAuthenticationExtensions',
    path: '/identity/customAuthenticationExtensions',
    may: MAY.readExtensions,
  },
  {
    kind: 'authenticationEventListeners',
    path: '/identity/authenticationEventListeners',
    may: MAY.readListeners,
  },
  {
    kind: 'riskyUsers',
    path: '/identityProtection/riskyUsers',
    may: MAY.readRiskyUsers,
    family: 'protection',
  },
  {
    kind: 'riskyServicePrincipals',
    path: '/identityProtection/riskyServicePrincipals',
    may: MAY.readRiskyApps,
    family: 'protection',
  },
];

/** Policies with one instance per tenant. */
const SINGLES: readonly (readonly [`/${string}`, string, readonly string[]])[] = [
  ['/policies/authorizationPolicy', SINGLETONS.authorizationPolicy, MAY.readAuthorizationPolicy],
  [
    '/policies/identitySecurityDefaultsEnforcementPolicy',
    SINGLETONS.securityDefaults,
    MAY.readPolicies,
  ],
  ['/policies/crossTenantAccessPolicy/default', SINGLETONS.crossTenantDefault, MAY.readCrossTenant],
];

export function collectionRoutes(): readonly Route[] {
  return [
    ...COLLECTIONS.flatMap(readable),
    ...SINGLES.map(([path, id, may]) => route(`GET ${path}`, may, (call) => single(call, id))),
    route('GET /me', MAY.readUsers, (call) => getOne(call, 'users', needUser(call)), {
      own: READS_OWN,
    }),
    route('GET /policies/crossTenantAccessPolicy/partners', MAY.readCrossTenant, (call) =>
      listAll(call, 'policies/crossTenantAccessPolicy/partners', [
        ...kindOf(call, 'crossTenantPartners').map(partner),
      ]),
    ),
    route('GET /policies/crossTenantAccessPolicy/partners/{id}', MAY.readCrossTenant, (call) =>
      ok(partner(need(call, 'crossTenantPartners', call.params['id'] ?? ''))),
    ),
    route('GET /directory/deletedItems/{type}', MAY.readUsers, deletedItems),
  ];
}

function readable({ kind, path, may, cost = 1, family = 'identity' }: Collection): Route[] {
  const options = { cost, family };
  // Relations of a user are found by `{user}`, and so is the user itself.
  const name = kind === 'users' ? 'user' : 'id';
  const one = (call: Call): Reply => getOne(call, kind, need(call, kind, call.params[name] ?? ''));
  return [
    route(`GET ${path}`, may, (call) => listKind(call, kind), options),
    route(`GET ${path}/{${name}}`, may, one, {
      ...options,
      own: kind === 'users' ? READS_OWN : [],
    }),
  ];
}

function single(call: Call, id: string): Reply {
  const object = call.directory.state.get('settings', id);
  if (object === undefined) throw notFound(id);
  return ok(selected(object, call.options.select));
}

function kindOf(call: Call, kind: Kind): readonly DirectoryObject[] {
  return [...call.directory.state.list(kind)].map(({ object }) => object);
}

/** A partner's id is its tenant id. */
function partner({ id, ...rest }: DirectoryObject): JsonObject {
  return { tenantId: id, ...rest };
}

function deletedItems(call: Call): Reply {
  const type = (call.params['type'] ?? '').toLowerCase();
  const kind = RESTORABLE.find((one) => `#${type}` === typeOf(one)?.toLowerCase());
  if (kind === undefined) {
    const object = RESTORABLE.map((one) => call.directory.state.getDeleted(one, type)).find(
      Boolean,
    );
    if (object === undefined) throw notFound(type);
    return ok(object);
  }
  const values = [...call.directory.state.deleted(kind)].map((object) =>
    shown(kind, object, undefined),
  );
  return listAll(call, kind, values);
}
