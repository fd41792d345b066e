import type { FeedRecord } from '../core/feed-record.ts';
import type { Tenant } from '../population/tenant.ts';
import type { Account } from './account.ts';
import { auditRecord, auditTime } from './feed-format.ts';

/** RecordType 13: a DLP rule matched a message. */
export function dlpRecords(
  tenant: Tenant,
  match: {
    atMs: number;
    id: string;
    incidentId: string;
    account: Account;
    recipient: string;
    message: { internetMessageId: string; subject: string };
  },
): FeedRecord[] {
  const rule = tenant.policies[1];
  return [
    auditRecord('activity/DLP.All', match.atMs, {
      CreationTime: auditTime(match.atMs),
      Id: match.id,
      Operation: 'DlpRuleMatch',
      OrganizationId: tenant.id,
      RecordType: 13,
      UserKey: '1153765933057867816',
      UserType: 4,
      Version: 1,
      Workload: 'Exchange',
      ObjectId: match.message.internetMessageId,
      UserId: match.account.upn,
      IncidentId: match.incidentId,
      PolicyDetails: [
        {
          PolicyId: rule?.id,
          PolicyName: 'Card numbers',
          Rules: [
            {
              Actions: ['GenerateAlert'],
              ConditionsMatched: { SensitiveInformation: [] },
              RuleId: rule?.id,
              RuleMode: 'Enable',
              RuleName: 'Card numbers outside',
              Severity: 'Low',
            },
          ],
        },
      ],
      SensitiveInfoDetectionIsIncluded: false,
      ExchangeMetaData: {
        CC: [],
        BCC: [],
        From: match.account.upn,
        MessageID: match.message.internetMessageId,
        RecipientCount: 1,
        Sent: auditTime(match.atMs),
        Subject: match.message.subject,
        To: [match.recipient],
        UniqueID: match.id,
      },
    }),
  ];
}
