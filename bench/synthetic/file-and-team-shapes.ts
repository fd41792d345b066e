import { SHAREPOINT } from './company.ts';
import { BROWSERS, common, context, type Fields, type Shape } from './shape.ts';

export function files(): Shape[] {
  const operations: readonly [string, number][] = [
    ['FileAccessed', 8],
    ['FileModified', 5],
    ['FilePreviewed', 3],
    ['FileDownloaded', 3],
    ['FileUploaded', 2],
    ['FileSyncDownloadedFull', 3],
    ['FileRenamed', 1],
    ['FileRecycled', 1],
  ];
  return operations.map(([operation, weight]) => ({
    workload: 'files',
    recordTypeName: 'SharePointFileOperation',
    weight,
    document: common(6, 'SharePoint', operation, {
      UserKey: 'i:0h.f|membership|{{puid}}@live.com',
      ObjectId: `${SHAREPOINT}/sites/{{site}}/Shared Documents/{{folder}}/{{file}}`,
      CorrelationId: '{{correlation}}',
      EventSource: 'SharePoint',
      ItemType: 'File',
      ListItemUniqueId: '{{guid}}',
      Site: '{{guid}}',
      UserAgent: BROWSERS[weight % 2],
      DeviceDisplayName: '{{deviceName}}',
      DeviceId: '{{device}}',
      FileSizeBytes: '{{#size}}',
      SourceFileExtension: 'docx',
      SiteUrl: `${SHAREPOINT}/sites/{{site}}/`,
      SourceRelativeUrl: 'Shared Documents/{{folder}}',
      SourceFileName: '{{file}}',
      UserObjectId: '{{objectId}}',
      AppAccessContext: context(),
    }),
  }));
}

export function teams(): Shape[] {
  const operations: readonly [string, number, Fields][] = [
    [
      'MessageSent',
      5,
      { MessageId: '{{number}}', MessageSizeInBytes: '{{#size}}', ChannelType: 'Regular' },
    ],
    ['TeamsSessionStarted', 3, { ClientVersion: '25{{number}}' }],
    [
      'MemberAdded',
      1,
      {
        Members: [{ DisplayName: '{{otherName}}', Role: 0, UPN: '{{otherUpn}}' }],
        CommunicationType: 'Team',
      },
    ],
  ];
  return operations.map(([operation, weight, more]) => ({
    workload: 'teams',
    recordTypeName: 'MicrosoftTeams',
    weight,
    document: common(25, 'MicrosoftTeams', operation, {
      UserKey: '{{objectId}}',
      AADGroupId: '{{guid}}',
      ChannelGuid: '19:{{entry}}@thread.tacv2',
      ChannelName: '{{word}}',
      DeviceId: '{{device}}',
      ExtraProperties: [
        { Key: 'TimeZone', Value: 'Europe/Amsterdam' },
        { Key: 'OsName', Value: 'windows' },
        { Key: 'ClientName', Value: 'skypeteams' },
        { Key: 'Country', Value: 'nl' },
      ],
      ItemName: '{{word}}',
      TeamGuid: '19:{{entry}}@thread.tacv2',
      TeamName: '{{word}} {{word}}',
      AppAccessContext: context(),
      ...more,
    }),
  }));
}
