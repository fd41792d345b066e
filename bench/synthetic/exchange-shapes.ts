import { DOMAIN } from './company.ts';
import { common, context, type Fields, OFFICE_APP, pairs, type Shape } from './shape.ts';

export function exchangeAdmin(): Shape[] {
  const commands: readonly [string, number, Readonly<Record<string, string>>][] = [
    [
      'Set-Mailbox',
      6,
      {
        Identity: '{{otherUpn}}',
        MaxReceiveSize: '{{number}} KB',
        AuditEnabled: 'True',
        RetainDeletedItemsFor: '30.00:00:00',
        ProhibitSendQuota: '{{size}}',
      },
    ],
    [
      'New-InboxRule',
      1,
      {
        Name: 'Sort {{word}}',
        From: '{{otherUpn}}',
        MoveToFolder: '{{word}}',
        StopProcessingRules: 'True',
      },
    ],
    [
      'Add-MailboxPermission',
      1,
      {
        Identity: '{{otherUpn}}',
        User: '{{upn}}',
        AccessRights: 'FullAccess',
        InheritanceType: 'All',
      },
    ],
    ['Set-CASMailbox', 2, { Identity: '{{otherUpn}}', PopEnabled: 'False', ImapEnabled: 'False' }],
    [
      'Set-User',
      2,
      { Identity: '{{otherUpn}}', Department: '{{word}}', Office: '{{word}} {{number}}' },
    ],
  ];
  return commands.map(([operation, weight, parameters]) => ({
    workload: 'exchange-admin',
    recordTypeName: 'ExchangeAdmin',
    weight,
    document: common(1, 'Exchange', operation, {
      ResultStatus: 'True',
      UserType: 2,
      ClientIP: '{{ipPort}}',
      ObjectId: `${DOMAIN}/Users/{{otherName}}`,
      AppId: 'fb78d390-0c51-40cd-8e17-fdbfab77341b',
      AppPoolName: 'MSExchangeAdminApiNetCore',
      ClientAppId: '',
      CorrelationID: '{{guid}}',
      ExternalAccess: false,
      OrganizationName: DOMAIN,
      OriginatingServer: '{{server}} (15.20.4200.017)',
      Parameters: pairs(parameters),
      RequestId: '{{correlation}}',
      SessionId: '{{session}}',
      TokenObjectId: '{{objectId}}',
    }),
  }));
}

export function binds(): Shape[] {
  const message = {
    Id: 'RgAAAAD{{entry}}',
    InternetMessageId: `<{{entry}}@mail.${DOMAIN}>`,
    SizeInBytes: '{{#size}}',
  };
  return [1, 1, 2, 3, 6].map((count) => ({
    workload: 'mail-bind',
    recordTypeName: 'ExchangeItemAggregated',
    weight: count === 1 ? 6 : 2,
    document: mailbox(50, 'MailItemsAccessed', {
      OperationProperties: pairs({ MailAccessType: 'Bind', IsThrottled: 'False' }),
      Folders: [
        {
          FolderItems: Array.from({ length: count }, () => message),
          Id: 'LgAAAAC{{entry}}',
          Path: '\\{{word}}',
        },
      ],
      OperationCount: count,
    }),
  }));
}

export function items(): Shape[] {
  const folder = { Id: 'LgAAAAA{{entry}}', Path: '\\{{word}}', Name: '{{word}}' };
  const item = {
    Id: 'RgAAAAA{{entry}}',
    InternetMessageId: `<{{entry}}@mail.${DOMAIN}>`,
    ParentFolder: folder,
    SizeInBytes: '{{#size}}',
    Subject: '{{word}} {{word}} {{number}}',
  };
  return [
    {
      workload: 'mail-item',
      recordTypeName: 'ExchangeItem',
      weight: 3,
      document: mailbox(2, 'Send', { Item: item, SaveToSentItems: true }),
    },
    {
      workload: 'mail-item',
      recordTypeName: 'ExchangeItem',
      weight: 1,
      document: mailbox(2, 'MailItemsAccessed', {
        OperationProperties: pairs({ MailAccessType: 'Sync', IsThrottled: 'False' }),
        Item: { Id: 'RgAAAAA{{entry}}', ParentFolder: folder },
      }),
    },
    {
      workload: 'mail-item',
      recordTypeName: 'ExchangeItemGroup',
      weight: 2,
      document: mailbox(3, 'MoveToDeletedItems', {
        AffectedItems: [item],
        CrossMailboxOperation: false,
        Folder: folder,
        DestFolder: { Id: 'LgAAAAB{{entry}}', Path: '\\Deleted Items' },
      }),
    },
  ];
}

function mailbox(recordType: number, operation: string, more: Fields): Fields {
  return common(recordType, 'Exchange', operation, {
    ResultStatus: 'Succeeded',
    AppId: OFFICE_APP,
    ClientIPAddress: '{{ip}}',
    ClientInfoString: 'Client=MSExchangeRPC',
    ExternalAccess: false,
    InternalLogonType: 0,
    LogonType: 0,
    LogonUserSid: '{{sid}}',
    MailboxGuid: '{{mailbox}}',
    MailboxOwnerUPN: '{{upn}}',
    OrganizationName: DOMAIN,
    OriginatingServer: '{{server}} (15.20.4200.017)\r\n',
    SessionId: '{{session}}',
    TokenObjectId: '{{objectId}}',
    AppAccessContext: context(),
    ...more,
  });
}
