import { alone, byEach, byObject } from '../reversals/objects.ts';
import { type Foothold, trace } from './foothold.ts';
import { ACCOUNT_BACK, ACCOUNT_GONE, TOKENS } from './remainders.ts';

const ROLE = byEach('role.templateid', 'role.objectid', 'role.displayname');
const GROUP = byEach('group.objectid', 'group.displayname');
const MANAGED = /^"?managed"?$/i;

/** Footholds 17 to 25, 40, 41 and 43: the tenant's settings. Sources: contracts 2.8, 8.2. */
export const TENANT_FOOTHOLDS: readonly Foothold[] = [
  {
    number: 17,
    id: 'directory-roles',
    name: 'Directory roles, direct or through groups',
    grounds: ['directory'],
    opens: [
      trace(
        [
          'add member to role',
          'add member to role completed*',
          'add member to role outside of pim*',
        ],
        'target',
        {
          what: (detail) => detail.value('role.displayname'),
          things: ROLE,
          reinstates: true,
        },
      ),
      // Groups are common, so adding a member does not make the member suspect.
      trace(['add member to group'], 'target', {
        what: (d) => d.value('group.displayname'),
        things: GROUP,
        control: 'none',
        reinstates: true,
      }),
    ],
    closes: [
      trace(['remove member from role*'], 'target', { things: ROLE, leaves: [TOKENS] }),
      trace(['remove member from group'], 'target', { things: GROUP, leaves: [TOKENS] }),
      ...ACCOUNT_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'GET /roleManagement/directory/roleAssignments, with groups and units expanded',
  },
  {
    number: 18,
    id: 'eligible-roles',
    name: 'Eligibility for roles, and the settings that guard it',
    grounds: ['directory'],
    opens: [
      trace(['add eligible member to role*'], 'target', { things: ROLE, reinstates: true }),
      trace(['update role setting*'], 'target', { control: 'none' }),
      trace(['add member to role in pim requested*'], 'target', { things: ROLE }),
    ],
    closes: [
      trace(['remove eligible member from role*'], 'target', { things: ROLE }),
      ...ACCOUNT_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'GET /roleManagement/directory/roleEligibilitySchedules and the role settings',
  },
  {
    number: 19,
    id: 'azure-roles',
    name: 'Azure roles and elevated access',
    grounds: ['azure'],
    opens: [
      trace(
        [
          ...['elevateaccess*', 'assigns the caller to user access administrator*'],
          ...['microsoft.authorization/elevateaccess*'],
          ...['microsoft.authorization/roleassignments/write*', 'create role assignment*'],
          'user has elevated their access to user access administrator*',
        ],
        'tenant',
        { things: byObject('resourceid') },
      ),
    ],
    closes: [
      trace(['microsoft.authorization/roleassignments/delete*'], 'tenant', {
        things: byObject('resourceid'),
      }),
    ],
    readBack: 'the role assignments at the root scope of Azure Resource Manager',
  },
  {
    number: 20,
    id: 'federation',
    name: 'Federated domains and their trust',
    grounds: ['directory'],
    opens: [
      trace(['set domain authentication', 'set federation settings on domain'], 'target', {
        when: (detail) => !MANAGED.test(detail.value('livetype', 'authentication') ?? ''),
      }),
      trace(['update domain', 'add federated domain*'], 'target', {
        when: (detail) => detail.mentions(/federat|issueruri|signingcertificate/i),
      }),
    ],
    closes: [
      trace(['set domain authentication'], 'target', {
        when: (detail) => MANAGED.test(detail.value('livetype', 'authentication') ?? ''),
        leaves: [TOKENS],
      }),
      trace(['remove verified domain', 'delete domain'], 'target', { leaves: [TOKENS] }),
    ],
    readBack: 'GET /domains/{id}/federationConfiguration: the issuer and both certificates',
    blind: 'a stolen on-premises signing key can create sign-ins without a provider log',
  },
  {
    number: 21,
    id: 'identity-provider-keys',
    name: 'Keys of AD FS or of another identity provider',
    grounds: ['signIns'],
    opens: [],
    closes: [],
    readBack: "each federated sign-in against an event of the provider's own log",
    blind: "the identity provider's own log is not connected",
  },
  {
    number: 22,
    id: 'certificate-authorities',
    name: 'Certificate authorities for sign-in',
    grounds: ['directory'],
    opens: [
      trace(
        ['set company information', 'update organization', 'add policy', 'update policy'],
        'target',
        {
          when: (d) =>
            d.mentions(/certificatebasedauth|trustedcertificateauthorit|certificateauthorit/i),
        },
      ),
      trace(
        ['create certificate authority*', 'add certificate authority*', 'create pki*'],
        'target',
      ),
    ],
    closes: [],
    readBack: 'GET /organization/{id}/certificateBasedAuthConfiguration',
    blind: 'an external authority can sign any certificate',
  },
  {
    number: 23,
    id: 'domains',
    name: 'Added domains',
    grounds: ['directory'],
    opens: [
      trace(
        ['add unverified domain', 'add verified domain', 'verify domain', 'add domain*'],
        'target',
      ),
    ],
    closes: [
      trace(['remove unverified domain', 'remove verified domain', 'delete domain'], 'target'),
    ],
    readBack: 'GET /domains',
  },
  {
    number: 24,
    id: 'cross-tenant-access',
    name: 'Cross-tenant access, direct connect, tenant synchronization',
    grounds: ['directory'],
    opens: [
      trace(
        [
          ...['add a partner to cross-tenant access setting*'],
          ...['update a partner cross-tenant access setting*', 'add partner specific cross*'],
          ...['update the company default cross-tenant access setting*'],
          ...['create a partner cross-tenant identity sync setting*'],
          'update a partner cross-tenant identity sync setting*',
        ],
        'target',
      ),
    ],
    closes: [trace(['delete partner specific cross-tenant access setting*'], 'target')],
    readBack: 'GET /policies/crossTenantAccessPolicy/partners with identitySynchronization',
    blind: 'only the logs of the partner show activity in its tenant',
  },
  {
    number: 25,
    id: 'partners',
    name: 'Delegated administration by partners',
    grounds: ['signIns', 'directory'],
    opens: [
      trace(
        [
          ...['add partner to company', 'add delegated admin*', 'create delegated admin*'],
          ...['approve delegated admin*', 'add entitlement grant*'],
        ],
        'target',
      ),
    ],
    closes: [trace(['remove partner from company', 'terminate delegated admin*'], 'target')],
    special: 'partner',
    readBack: "the partner center's list of relationships",
    blind: 'only the logs of the partner show what its administrators do',
  },
  {
    number: 40,
    id: 'conditional-access',
    name: 'Exclusions and changes of conditional access',
    grounds: ['directory'],
    opens: [
      trace(['add conditional access policy', 'add named location'], 'target', {
        things: alone('added'),
      }),
      trace(
        [
          ...['update conditional access policy', 'delete conditional access policy'],
          ...['update named location', 'delete named location'],
          ...['update security defaults', 'disable security defaults'],
          ...['update authentication strength*', 'delete authentication strength*'],
        ],
        'target',
        { things: alone('changed') },
      ),
      trace(['add policy', 'update policy', 'delete policy'], 'target', {
        when: (detail) => detail.mentions(/conditional ?access|securitydefaults|named ?location/i),
      }),
    ],
    closes: [
      trace(['delete conditional access policy', 'delete named location'], 'target', {
        things: alone('added'),
      }),
    ],
    readBack: 'GET /identity/conditionalAccess/policies and namedLocations against the approved',
    blind: 'accounts that are exempt through a nested group',
  },
  {
    number: 41,
    id: 'tenant-policies',
    name: 'Policies of the tenant: consent, guests, self-service, registration',
    grounds: ['directory'],
    opens: [
      trace(
        [
          ...['update authorization policy', 'update permission grant policy*'],
          ...['add permission grant policy*', 'update consent*', 'update company settings'],
          ...['set directory feature on tenant', 'set password policy', 'update b2bpolicy*'],
          ...['update external collaboration*', 'update default user role permissions*'],
        ],
        'target',
      ),
      trace(['set company information'], 'target', {
        when: (d) => d.mentions(/consent|selfservice|guest|passwordreset|allowinvites/i),
      }),
    ],
    closes: [],
    readBack: 'GET /policies/authorizationPolicy and related policies against the approved',
  },
  {
    number: 43,
    id: 'on-premises',
    name: 'Synchronization, single sign-on keys, agents, hybrid Exchange',
    grounds: ['directory', 'signIns'],
    opens: [
      trace(
        [
          ...['set dirsyncenabled flag', 'set dirsync feature*', 'enable passthrough*'],
          ...['enable desktop sso*', 'register connector*', 'add onpremises*', 'add agent*'],
          ...['register agent*', 'enable pass-through*', 'set dirsync*'],
        ],
        'target',
      ),
    ],
    closes: [],
    readBack: 'GET /directory/onPremisesSynchronization, the lists of agents, the ages of keys',
    blind: 'our logs do not show on-premises activity and tokens from hybrid servers',
  },
];
