import { type Company, type Person, TENANT } from './company.ts';
import { accessContext, type Token } from './exchange.ts';
import { auditTime, type Journal } from './journal.ts';
import type { SeededRandom } from './random.ts';

type TeamsAct = {
  readonly atMs: number;
  readonly operation: string;
  readonly person: Person;
  readonly token: Token;
};

export function recordTeams(
  journal: Journal,
  random: SeededRandom,
  company: Company,
  act: TeamsAct,
): void {
  const team = random.pick(company.teams);
  const isInTeam = /Message|Member|Channel/.test(act.operation);
  journal.add('unified-audit-log', act.atMs, {
    CreationTime: auditTime(act.atMs),
    Id: random.guid(),
    Operation: act.operation,
    OrganizationId: TENANT,
    RecordType: 25,
    UserKey: act.person.objectId,
    UserType: 0,
    Version: 1,
    Workload: 'MicrosoftTeams',
    ClientIP: act.token.ip,
    UserId: act.person.upn,
    CommunicationType: isInTeam ? 'Team' : 'OneOnOne',
    ...(isInTeam
      ? {
          AADGroupId: team.groupId,
          TeamGuid: team.guid,
          TeamName: team.name,
          ChannelGuid: team.channel,
          ChannelName: 'General',
          ChannelType: 'Standard',
        }
      : { ItemName: act.person.upn }),
    ...(act.operation === 'MessageSent'
      ? { MessageId: String(act.atMs), MessageSizeInBytes: random.between(90, 2400) }
      : {}),
    ...(act.operation === 'MemberAdded'
      ? {
          Members: [{ UPN: random.pick(company.people).upn, Role: 0, DisplayName: '' }],
        }
      : {}),
    AppAccessContext: accessContext(act.token),
  });
}

/** An alert of the suite: first that it fired, then its subject. */
export function recordAlert(
  journal: Journal,
  random: SeededRandom,
  alert: { atMs: number; name: string; category: string; severity: string; entity: string },
): void {
  const alertId = random.guid();
  const common = {
    OrganizationId: TENANT,
    RecordType: 40,
    ResultStatus: 'Succeeded',
    UserKey: 'SecurityComplianceAlerts',
    UserType: 4,
    Version: 1,
    Workload: 'SecurityComplianceCenter',
    ObjectId: alertId,
    UserId: 'SecurityComplianceAlerts',
    AlertId: alertId,
    AlertLinks: [],
    AlertType: 'System',
    Category: alert.category,
    Comments: 'New alert',
    Name: alert.name,
    PolicyId: '9c1f5f0e-8b64-4a1c-9f27-0d4d1b6c3a55',
    Severity: alert.severity,
    Source: 'Office 365 Security & Compliance',
    Status: 'Active',
  };
  journal.add('unified-audit-log', alert.atMs, {
    CreationTime: auditTime(alert.atMs),
    Id: random.guid(),
    Operation: 'AlertTriggered',
    ...common,
    Data: JSON.stringify({ an: alert.name, sev: alert.severity, at: auditTime(alert.atMs) }),
  });
  journal.add('unified-audit-log', alert.atMs + 2000, {
    CreationTime: auditTime(alert.atMs + 2000),
    Id: random.guid(),
    Operation: 'AlertEntityGenerated',
    ...common,
    AlertEntityId: alert.entity,
    EntityType: 'User',
    Data: JSON.stringify({ etype: 'User', eid: alert.entity, at: auditTime(alert.atMs) }),
  });
}
