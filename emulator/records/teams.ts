import type { Team } from '../population/objects.ts';
import type { Tenant } from '../population/tenant.ts';
import type { FeedRecord, JsonObject } from '../types.ts';
import type { Account, Token } from './account.ts';
import { auditRecord, auditTime } from './feed.ts';

export type TeamsAct = {
  readonly atMs: number;
  readonly id: string;
  readonly operation: string;
  readonly account: Account;
  readonly token: Token;
  /** A chat of two where undefined. */
  readonly team?: Team;
  readonly chatId: string;
  readonly members?: readonly { UPN: string; Role: number; DisplayName: string }[];
  readonly more?: JsonObject;
};

/** RecordType 25. */
export function teamsRecords(tenant: Tenant, act: TeamsAct): FeedRecord[] {
  const { team, token, account } = act;
  const place =
    team === undefined
      ? { CommunicationType: 'OneOnOne', ChatThreadId: act.chatId, ItemName: act.chatId }
      : {
          CommunicationType: 'Team',
          AADGroupId: team.groupId,
          TeamGuid: team.threadId,
          TeamName: team.name,
          ChannelGuid: team.threadId,
          ChannelName: 'General',
          ChannelType: 'Standard',
          ItemName: team.name,
        };
  return [
    auditRecord('activity/Audit.General', act.atMs, {
      AppAccessContext: {
        ...(token.sessionId === undefined ? {} : { AADSessionId: token.sessionId }),
        ClientAppId: token.appId,
        IssuedAtTime: auditTime(token.issuedMs),
        UniqueTokenId: token.tokenId,
      },
      CreationTime: auditTime(act.atMs),
      Id: act.id,
      Operation: act.operation,
      OrganizationId: tenant.id,
      RecordType: 25,
      UserKey: account.objectId,
      UserType: 0,
      Version: 1,
      Workload: 'MicrosoftTeams',
      ClientIP: token.ip,
      UserId: account.upn,
      ...(token.deviceId === undefined ? {} : { DeviceId: token.deviceId }),
      ...place,
      ...(act.operation.startsWith('Message')
        ? { MessageId: String(act.atMs), MessageSizeInBytes: 90 + (act.atMs % 2300) }
        : {}),
      ...(act.members === undefined ? {} : { Members: act.members }),
      ...act.more,
    }),
  ];
}
