import type { JsonObject } from '../core/json-object.ts';
import type { Tenant } from '../population/tenant.ts';
import { auditTime, named } from './feed-format.ts';
import type { SignIn } from './sign-in.ts';
import { isInterrupt, logonError } from './sign-in-errors.ts';

const TRUST = {
  'Azure AD registered': '0',
  'Azure AD joined': '1',
  'Hybrid Azure AD joined': '2',
} as const;

/** RecordType 15, as in the captures: `IntraSystemId`, `ErrorNumber` (contracts 2.9). */
export function logon(tenant: Tenant, s: SignIn): JsonObject & { readonly Id: string } {
  const { user } = s;
  if (user === undefined) throw new TypeError('only people have logon records');
  const error = logonError(s.error);
  const isLetIn = s.error === 0 || isInterrupt(s.error);
  const userKey = user.isKnown === false ? 'Not Available' : user.objectId;
  const name = user.isKnown === false ? 'Not Available' : user.upn;
  return {
    CreationTime: auditTime(s.atMs),
    Id: s.requestId,
    Operation: isLetIn ? 'UserLoggedIn' : 'UserLoginFailed',
    OrganizationId: tenant.id,
    RecordType: 15,
    // It states whether the request was served, not whether the sign-in succeeded.
    ResultStatus: isLetIn || s.audit.request.startsWith('Login:') ? 'Success' : 'Failed',
    UserKey: userKey,
    UserType: 0,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ClientIP: s.address.ip,
    ObjectId: s.resourceId,
    UserId: name,
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: named([
      ['ResultStatusDetail', isLetIn ? (s.error === 0 ? 'Success' : 'Redirect') : 'UserError'],
      ['UserAgent', s.client.userAgent],
      ['UserAuthenticationMethod', s.audit.method],
      ['RequestType', s.audit.request],
    ]),
    ModifiedProperties: [],
    Actor: [
      { ID: userKey, Type: 0 },
      { ID: name, Type: 5 },
    ],
    ActorContextId: tenant.id,
    ActorIpAddress: s.address.ip,
    InterSystemsId: s.correlationId,
    IntraSystemId: s.requestId,
    SupportTicketId: '',
    Target: [{ ID: s.resourceId, Type: 0 }],
    TargetContextId: tenant.id,
    ApplicationId: s.appId,
    DeviceProperties: deviceProperties(s),
    ErrorNumber: String(s.error),
    ...(error === undefined ? {} : { LogonError: error }),
  };
}

function deviceProperties(s: SignIn): JsonObject[] {
  const { client, device } = s;
  const pairs: [string, string][] = [];
  if (device !== undefined) {
    pairs.push(['Id', device.id], ['DisplayName', device.name]);
    pairs.push(['TrustType', TRUST[device.trustType]]);
  }
  if (client.operatingSystem !== '') pairs.push(['OS', client.operatingSystem]);
  pairs.push(['BrowserType', client.browser.split(' ')[0] || 'Other']);
  pairs.push(['IsCompliantAndManaged', device?.isManaged === true ? 'True' : 'False']);
  if (s.sessionId !== undefined) pairs.push(['SessionId', s.sessionId]);
  return [...named(pairs)];
}
