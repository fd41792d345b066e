import type { Interpretation } from '../model/interpretation.ts';
import type { Attributes, Mapping } from '../model/mapping.ts';
import type { RecordView } from '../model/record-view.ts';
import { type Json, list, object, text } from '../values/json-value.ts';
import { identify } from '../values/principal-identifier.ts';
import { ualExample } from './example-records.ts';

/**
 * Alerts and threat verdicts of the suite's own products, as OCSF Detection Finding. The column
 * `statusId` stays 0: the state of an alert is not the outcome of an act. The nested event has the
 * state.
 */
const DETECTION_FINDING = 2004;
const CREATE = 1;
const UPDATE = 2;

const UPDATES: ReadonlySet<string> = new Set(['AlertUpdated', 'AlertEntityGenerated']);
const SEVERITIES: ReadonlyMap<string, number> = new Map([
  ['informational', 1],
  ['low', 2],
  ['medium', 3],
  ['high', 4],
  ['critical', 5],
]);
/** OCSF finding status_id: 1 New, 2 In Progress, 3 Suppressed, 4 Resolved. */
const STATES: ReadonlyMap<string, number> = new Map([
  ['active', 1],
  ['investigating', 2],
  ['dismissed', 3],
  ['resolved', 4],
]);

function interpret(subject: RecordView, into: Interpretation): void {
  const { body } = subject;
  into.classUid = DETECTION_FINDING;
  into.activityId = UPDATES.has(into.operation ?? '') ? UPDATE : CREATE;
  into.statusId = 0;
  const severity = text(body['Severity'] ?? body['RiskLevel'])?.toLowerCase();
  into.severityId = (severity === undefined ? undefined : SEVERITIES.get(severity)) ?? 0;
  into.object = titleOf(body) ?? into.operation;
  const entity = text(body['AlertEntityId']) ?? list(body['Recipients']).map(text)[0] ?? null;
  into.targetUid = uidOf(body);
  into.targetName = identify(entity, subject.memo).name ?? entity;
  into.targetType = text(body['EntityType']);
}

function uidOf(body: Json): string | null {
  return (
    text(body['AlertId']) ??
    text(body['NetworkMessageId']) ??
    text(body['InvestigationId']) ??
    text(body['RiskDetectionId'])
  );
}

function titleOf(body: Json): string | null {
  return text(body['Name']) ?? text(body['AlertDisplayName']) ?? text(body['Verdict']);
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const { body, record } = subject;
  const state = text(body['Status']);
  const category = text(body['Category']);
  const sender = text(body['P2Sender']) ?? text(body['P1Sender']);
  const recipients = list(body['Recipients'])
    .map(text)
    .filter((to) => to !== null);
  const hasMail = sender !== null || recipients.length > 0;
  return {
    status_id:
      (state === null ? undefined : STATES.get(state.toLowerCase())) ?? (state === null ? 0 : 99),
    status: state,
    comment: text(body['Comments']),
    finding_info: {
      uid: uidOf(body) ?? record.id,
      title: from.object,
      types: category === null ? undefined : [category],
      product: { name: text(body['Source']) ?? 'Microsoft 365', vendor_name: 'Microsoft' },
      analytic:
        text(body['PolicyId']) === null
          ? undefined
          : {
              type_id: 99,
              type: 'Policy',
              uid: text(body['PolicyId']),
            },
      src_url: text(body['EventDeepLink'] ?? body['DeepLinkUrl']),
    },
    evidences: hasMail
      ? [
          {
            email: {
              from: sender,
              to: recipients.length > 0 ? recipients : undefined,
              subject: text(body['Subject']),
              message_uid: text(body['InternetMessageId']),
            },
          },
        ]
      : from.targetName === null
        ? undefined
        : [
            {
              data: {
                entity: from.targetName,
                type: from.targetType,
                alert: object(body['Data']) === body ? null : text(body['Data']),
              },
            },
          ],
  };
}

export const securityAlert: Mapping = {
  name: 'security-alert',
  classes: [DETECTION_FINDING],
  matches: { family: 'security', recordTypes: [28, 40, 41, 47, 62, 64, 78, 98, 113, 294] },
  interpret,
  build,
  examples: [
    ualExample(
      'AlertUpdated',
      40,
      'SecurityComplianceCenter',
      {
        UserId: 'SecurityComplianceAlerts',
        UserKey: 'SecurityComplianceAlerts',
        UserType: 4,
        AlertId: '0a1e0000-0000-4000-8000-000000000001',
        Name: 'Suspicious forwarding',
        Severity: 'High',
        Status: 'Investigating',
        Category: 'ThreatManagement',
        AlertEntityId: 'Ada@Example.org',
        EntityType: 'User',
      },
      {
        classUid: 2004,
        activityId: 2,
        severityId: 4,
        object: 'Suspicious forwarding',
        actorType: 3,
        targetName: 'ada@example.org',
        targetUid: '0a1e0000-0000-4000-8000-000000000001',
      },
    ),
  ],
};
