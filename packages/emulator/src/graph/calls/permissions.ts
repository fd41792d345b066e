/** Application permissions by what they permit, as the reference lists them. */
const ANYTHING_READ = ['Directory.Read.All', 'Directory.ReadWrite.All'] as const;
const ANYTHING_WRITTEN = ['Directory.ReadWrite.All'] as const;

type RequiredAccess =
  | 'readUsers'
  | 'changeUsers'
  | 'enableUsers'
  | 'setPasswords'
  | 'revokeSessions'
  | 'readGroups'
  | 'changeGroups'
  | 'changeMembers'
  | 'readDevices'
  | 'changeDevices'
  | 'readApplications'
  | 'changeApplications'
  | 'readGrants'
  | 'changeGrants'
  | 'changeAppRoles'
  | 'readRoles'
  | 'changeRoles'
  | 'readEligibility'
  | 'readDomains'
  | 'changeDomains'
  | 'readFederation'
  | 'changeFederation'
  | 'readOrganization'
  | 'readPolicies'
  | 'changePolicies'
  | 'readMethodsPolicy'
  | 'changeMethodsPolicy'
  | 'readExtensions'
  | 'changeExtensions'
  | 'readListeners'
  | 'changeListeners'
  | 'readCrossTenant'
  | 'changeCrossTenant'
  | 'readAuthorizationPolicy'
  | 'changeAuthorizationPolicy'
  | 'readMethods'
  | 'changeMethods'
  | 'readMailbox'
  | 'changeMailbox'
  | 'changeMail'
  | 'changeFiles'
  | 'changeChannels'
  | 'readRiskyUsers'
  | 'changeRiskyUsers'
  | 'readRiskyApps'
  | 'changeRiskyApps'
  | 'readReports'
  | 'search';

export const MAY: { readonly [what in RequiredAccess]: readonly string[] } = {
  readUsers: ['User.Read.All', 'User.ReadWrite.All', ...ANYTHING_READ],
  changeUsers: ['User.ReadWrite.All', ...ANYTHING_WRITTEN],
  enableUsers: ['User.EnableDisableAccount.All'],
  setPasswords: ['User-PasswordProfile.ReadWrite.All'],
  revokeSessions: ['User.RevokeSessions.All', 'User.ReadWrite.All', ...ANYTHING_WRITTEN],
  readGroups: ['Group.Read.All', 'Group.ReadWrite.All', 'GroupMember.Read.All', ...ANYTHING_READ],
  changeGroups: ['Group.ReadWrite.All', ...ANYTHING_WRITTEN],
  changeMembers: ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', ...ANYTHING_WRITTEN],
  readDevices: ['Device.Read.All', 'Device.ReadWrite.All', ...ANYTHING_READ],
  changeDevices: ['Device.ReadWrite.All', ...ANYTHING_WRITTEN],
  readApplications: ['Application.Read.All', 'Application.ReadWrite.All', ...ANYTHING_READ],
  changeApplications: ['Application.ReadWrite.All', ...ANYTHING_WRITTEN],
  readGrants: [
    'DelegatedPermissionGrant.Read.All',
    ...['DelegatedPermissionGrant.ReadWrite.All'],
    ...ANYTHING_READ,
  ],
  changeGrants: ['DelegatedPermissionGrant.ReadWrite.All'],
  changeAppRoles: ['AppRoleAssignment.ReadWrite.All'],
  readRoles: [
    'RoleManagement.Read.Directory',
    'RoleManagement.Read.All',
    'RoleManagement.ReadWrite.Directory',
    ...ANYTHING_READ,
  ],
  changeRoles: ['RoleManagement.ReadWrite.Directory'],
  readEligibility: [
    'RoleEligibilitySchedule.Read.Directory',
    'RoleEligibilitySchedule.ReadWrite.Directory',
    'RoleManagement.Read.Directory',
    'RoleManagement.Read.All',
    'RoleManagement.ReadWrite.Directory',
  ],
  readDomains: ['Domain.Read.All', 'Domain.ReadWrite.All', ...ANYTHING_READ],
  changeDomains: ['Domain.ReadWrite.All'],
  readFederation: [
    'Domain.Read.All',
    'Domain.ReadWrite.All',
    'Domain-InternalFederation.Read.All',
    'Domain-InternalFederation.ReadWrite.All',
  ],
  changeFederation: ['Domain-InternalFederation.ReadWrite.All', 'Domain.ReadWrite.All'],
  readOrganization: [
    'Organization.Read.All',
    'Organization.ReadWrite.All',
    'User.Read.All',
    ...ANYTHING_READ,
  ],
  readPolicies: [
    'Policy.Read.All',
    'Policy.Read.ConditionalAccess',
    'Policy.ReadWrite.ConditionalAccess',
  ],
  changePolicies: ['Policy.ReadWrite.ConditionalAccess'],
  readMethodsPolicy: [
    'Policy.Read.All',
    'Policy.Read.AuthenticationMethod',
    'Policy.ReadWrite.AuthenticationMethod',
  ],
  changeMethodsPolicy: ['Policy.ReadWrite.AuthenticationMethod'],
  readExtensions: [
    'CustomAuthenticationExtension.Read.All',
    'CustomAuthenticationExtension.ReadWrite.All',
  ],
  changeExtensions: ['CustomAuthenticationExtension.ReadWrite.All'],
  readListeners: ['EventListener.Read.All', 'EventListener.ReadWrite.All'],
  changeListeners: ['EventListener.ReadWrite.All'],
  readCrossTenant: ['Policy.Read.All', 'Policy.ReadWrite.CrossTenantAccess'],
  changeCrossTenant: ['Policy.ReadWrite.CrossTenantAccess'],
  readAuthorizationPolicy: ['Policy.Read.All', 'Policy.ReadWrite.Authorization'],
  changeAuthorizationPolicy: ['Policy.ReadWrite.Authorization'],
  readMethods: ['UserAuthenticationMethod.Read.All', 'UserAuthenticationMethod.ReadWrite.All'],
  changeMethods: ['UserAuthenticationMethod.ReadWrite.All'],
  readMailbox: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
  changeMailbox: ['MailboxSettings.ReadWrite'],
  changeMail: ['Mail.ReadWrite'],
  changeFiles: ['Sites.Selected', 'Sites.ReadWrite.All', 'Files.ReadWrite.All'],
  changeChannels: ['ChannelSettings.ReadWrite.All', 'ChannelSettings.ReadWrite.Group'],
  readRiskyUsers: ['IdentityRiskyUser.Read.All', 'IdentityRiskyUser.ReadWrite.All'],
  changeRiskyUsers: ['IdentityRiskyUser.ReadWrite.All'],
  readRiskyApps: [
    'IdentityRiskyServicePrincipal.Read.All',
    'IdentityRiskyServicePrincipal.ReadWrite.All',
  ],
  changeRiskyApps: ['IdentityRiskyServicePrincipal.ReadWrite.All'],
  readReports: ['AuditLog.Read.All'],
  search: ['AuditLogsQuery.Read.All'],
};

/** What a delegated token needs in order to read its own account. */
export const READS_OWN: readonly string[] = ['User.Read', 'User.ReadWrite'];

/** Reports require one of these in addition: a documented known issue. */
export const BESIDES_REPORTS: readonly string[] = ANYTHING_READ;

/** Without one of these, sign-ins omit the applied policies. */
export const SEES_POLICIES: readonly string[] = MAY.readPolicies;

/** Role templates whose holders may read reports. */
export const REPORT_ROLES: readonly string[] = [
  // Global Administrator, Global Reader, Reports Reader
  '62e90394-69f5-4237-9190-012177145e10',
  'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
  '4a5d8f65-41da-4de4-8968-e035b65339cf',
  // Security Administrator, Security Operator, Security Reader
  '194ae4cb-b126-40b2-bd5b-6091b380977d',
  '5f2222b1-57c3-48ba-8ad5-d4759f1fde6f',
  '5d6b6bb7-de71-4623-b4af-96380a352509',
];

/** Role templates whose holders may change accounts of administrators. */
export const ADMIN_ROLES: readonly string[] = [
  // Global Administrator, Privileged Authentication Administrator
  '62e90394-69f5-4237-9190-012177145e10',
  '7be44c8a-adaf-4e2a-84d6-ab2649e08a13',
];
