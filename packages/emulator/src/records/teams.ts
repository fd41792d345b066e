import type { FeedRecord } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Tenant } from '../population/tenant.ts';
import type { Team } from '../population/tenant-objects.ts';
import type { Account, AppAccount, Token } from './account.ts';
import { auditRecord, auditTime } from './feed-format.ts';

export type TeamsAct = {
  readonly atMs: number;
  readonly id: string;
  readonly operation: string;
  readonly who: TeamsActor;
  readonly token: Token;
  /** Undefined for a chat of two. */
  readonly team?: Team;
  readonly chatId: string;
  readonly members?: readonly { UPN: string; Role: number; DisplayName: string }[];
  readonly more?: JsonObject;
};

export type TeamsActor =
  | { readonly kind: 'user'; readonly account: Account }
  | { readonly kind: 'app'; readonly app: AppAccount };

/** RecordType 25. */
export function teamsRecords(tenant: Tenant, act: TeamsAct): FeedRecord[] {
  const { team, token } = act;
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
      ...whoMembers(act),
      Version: 1,
      Workload: 'MicrosoftTeams',
      ClientIP: token.ip,
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

function whoMembers({ who }: TeamsAct): JsonObject {
  if (who.kind === 'app') {
    const { servicePrincipalId } = who.app;
    return { UserKey: servicePrincipalId, UserType: 5, UserId: servicePrincipalId };
  }
  const { objectId, upn } = who.account;
  return { UserKey: objectId, UserType: 0, UserId: upn };
}
