import { DOMAIN, TENANT } from './company.ts';
import { BROWSERS, common, type Fields, OFFICE_APP, pairs, type Shape } from './shape.ts';

export function directory(): Shape[] {
  const operations: readonly [string, number, string, string][] = [
    ['Update user.', 6, 'Department', '[\r\n  "{{word}}"\r\n]'],
    ['Add member to group.', 4, 'Group.DisplayName', '"{{word}}"'],
    ['Change user password.', 2, 'ForceChangePassword', 'false'],
    ['Add member to role.', 1, 'Role.DisplayName', '"Helpdesk Administrator"'],
    [
      'Update StsRefreshTokenValidFrom Timestamp.',
      2,
      'StsRefreshTokensValidFrom',
      '[\r\n  "{{time}}Z"\r\n]',
    ],
  ];
  return operations.map(([operation, weight, changed, value]) => ({
    workload: 'directory',
    recordTypeName: 'AzureActiveDirectory',
    weight,
    document: entra(8, operation, {
      UserKey: `{{puid}}@${DOMAIN}`,
      ObjectId: '{{otherUpn}}',
      AzureActiveDirectoryEventType: 1,
      ExtendedProperties: pairs({
        additionalDetails: JSON.stringify({ 'User-Agent': BROWSERS[0] }),
        extendedAuditEventCategory: 'User',
      }),
      ModifiedProperties: [
        { Name: changed, NewValue: value, OldValue: '[]' },
        { Name: 'Included Updated Properties', NewValue: changed, OldValue: '' },
      ],
      Actor: [
        { ID: '{{upn}}', Type: 5 },
        { ID: '{{puid}}', Type: 3 },
        { ID: 'User_{{objectId}}', Type: 2 },
        { ID: '{{objectId}}', Type: 2 },
        { ID: 'User', Type: 2 },
      ],
      IntraSystemId: '{{guid}}',
      Target: [
        { ID: 'User_{{otherObjectId}}', Type: 2 },
        { ID: '{{otherObjectId}}', Type: 2 },
        { ID: 'User', Type: 2 },
        { ID: '{{otherUpn}}', Type: 5 },
        { ID: '{{otherPuid}}', Type: 3 },
      ],
    }),
  }));
}

export function signIns(): Shape[] {
  const outcomes: readonly [string, number, string, string | undefined][] = [
    ['UserLoggedIn', 9, '0', undefined],
    ['UserLoginFailed', 1, '50126', 'InvalidUserNameOrPassword'],
  ];
  return outcomes.map(([operation, weight, error, symbol]) => ({
    workload: 'sign-ins',
    recordTypeName: 'AzureActiveDirectoryStsLogon',
    weight,
    document: entra(15, operation, {
      UserKey: '{{objectId}}',
      ObjectId: '00000003-0000-0ff1-ce00-000000000000',
      AzureActiveDirectoryEventType: 1,
      ExtendedProperties: pairs({
        ResultStatusDetail: symbol === undefined ? 'Success' : 'UserError',
        UserAgent: BROWSERS[1],
        RequestType: 'OAuth2:Authorize',
        UserAuthenticationMethod: '1',
      }),
      ModifiedProperties: [],
      Actor: [
        { ID: '{{objectId}}', Type: 0 },
        { ID: '{{upn}}', Type: 5 },
      ],
      IntraSystemId: '{{id}}',
      Target: [{ ID: '00000003-0000-0ff1-ce00-000000000000', Type: 0 }],
      ApplicationId: OFFICE_APP,
      DeviceProperties: pairs({
        Id: '{{device}}',
        DisplayName: '{{deviceName}}',
        OS: 'Windows10',
        BrowserType: 'Edge',
        IsCompliantAndManaged: 'True',
        TrustType: '1',
        SessionId: '{{session}}',
      }),
      ErrorNumber: error,
      ...(symbol === undefined ? {} : { LogonError: symbol }),
    }),
  }));
}

function entra(recordType: number, operation: string, more: Fields): Fields {
  return common(recordType, 'AzureActiveDirectory', operation, {
    ResultStatus: 'Success',
    ActorContextId: TENANT,
    ActorIpAddress: '{{ip}}',
    InterSystemsId: '{{correlation}}',
    TargetContextId: TENANT,
    ...more,
  });
}
