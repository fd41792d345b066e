import {
  DIRECTORY_OF_UNIFIED_LOG,
  FLOW_LOGS,
  type Log,
  SIGN_IN_LOG,
  unifiedLog,
} from '../../store/coverage/log-sources.ts';

/** The content type for all workloads without one of their own. */
const GENERAL: Log['of'] = unifiedLog(
  /^m365\.activity\/Audit\.General$/i,
  /^(?!(?:Exchange|SharePoint|OneDrive|AzureActiveDirectory)$)/i,
);

/** An advanced hunting table, by each path that delivers it. An export may contain any of them. */
function hunting(table: string): Log['of'] {
  const live = `^(?:azure-monitor/AdvancedHunting-|log-analytics/)${table}$`;
  return [{ source: new RegExp(live, 'i') }, { source: /^defender\/advanced-hunting$/i }];
}

export type LogName =
  | 'interactive'
  | 'signInLog'
  | 'nonInteractive'
  | 'servicePrincipals'
  | 'directory'
  | 'exchange'
  | 'sharepoint'
  | 'general'
  | 'email'
  | 'attachments'
  | 'links'
  | 'replyTo'
  | 'senderNames'
  | 'defender'
  | 'risk'
  | 'alerts'
  | 'riskEvents'
  | 'azure'
  | 'graphCalls';

export const LOGS: Readonly<Record<LogName, Log>> = {
  interactive: FLOW_LOGS.interactive,
  // The audit log reports that a person signed in, without country and method.
  signInLog: { words: 'complete sign-ins of people', of: SIGN_IN_LOG },
  nonInteractive: FLOW_LOGS.nonInteractive,
  servicePrincipals: FLOW_LOGS.servicePrincipals,
  directory: {
    words: "the directory's changes",
    of: [
      { source: /^graph\/directoryAudits$/i },
      { source: /^(?:azure-monitor|log-analytics)\/AuditLogs$/i },
      { source: /^entra\.portal\/(?:directoryAudits|auditLogs)$/i },
      ...DIRECTORY_OF_UNIFIED_LOG,
    ],
  },
  exchange: {
    words: 'Exchange',
    of: unifiedLog(/^m365\.activity\/Audit\.Exchange$/i, /^Exchange$/i),
  },
  sharepoint: {
    words: 'SharePoint and OneDrive',
    of: unifiedLog(/^m365\.activity\/Audit\.SharePoint$/i, /^(?:SharePoint|OneDrive)$/i),
  },
  general: { words: 'Teams, Purview and the rest of the suite', of: GENERAL },
  email: {
    words: 'each received message',
    of: [
      ...hunting('EmailEvents'),
      { source: /^(?:exchange\/message-trace|graph\/messageTraces|mail\/message)$/i },
    ],
  },
  attachments: {
    words: 'mail attachments',
    of: [...hunting('EmailAttachmentInfo'), { source: /^mail\/message$/i }],
  },
  links: {
    words: 'links in mail',
    of: [...hunting('EmailUrlInfo'), { source: /^mail\/message$/i }],
  },
  replyTo: {
    words: 'the reply addresses of mail',
    of: [{ source: /^mail\/message$/i }],
    isHandedIn: true,
  },
  senderNames: {
    words: 'the display names of senders',
    of: [...hunting('EmailEvents'), { source: /^mail\/message$/i }],
  },
  defender: {
    words: "the company's own network",
    of: hunting('Identity\\w+'),
  },
  // A sign-in states the risk known at the time. Later findings arrive separately.
  risk: {
    words: 'risks that the suite detects later',
    of: [{ source: /^(?:azure-monitor|log-analytics)\/(?:AAD)?UserRiskEvents$/i }, ...GENERAL],
  },
  alerts: {
    words: 'alerts of the suite',
    of: [{ source: /^log-analytics\/SecurityAlert$/i }, ...GENERAL],
  },
  riskEvents: {
    words: 'risk events',
    of: [{ source: /^(?:azure-monitor|log-analytics)\/(?:AAD)?UserRiskEvents$/i }],
  },
  azure: {
    words: 'Azure resources',
    of: [
      { source: /^log-analytics\/AzureActivity$/i },
      { source: /^azure-monitor\/(?:Administrative|Security|Policy|Alert|Autoscale)$/i },
    ],
  },
  graphCalls: {
    words: 'Microsoft Graph calls',
    of: [{ source: /^(?:azure-monitor|log-analytics)\/MicrosoftGraphActivityLogs$/i }],
  },
};

/** Names for a rule's member `needs`. A rule needs all logs of all its names. */
export const NEEDS: ReadonlyMap<string, readonly LogName[]> = new Map<string, readonly LogName[]>([
  ['sign-ins', ['interactive', 'nonInteractive']],
  ['sign-in-log', ['signInLog', 'nonInteractive']],
  ['workload-sign-ins', ['servicePrincipals']],
  ['directory', ['directory']],
  ['exchange', ['exchange']],
  ['sharepoint', ['sharepoint']],
  ['general', ['general']],
  ['email', ['email']],
  ['attachments', ['attachments']],
  ['links', ['links']],
  ['reply-to', ['replyTo']],
  ['sender-names', ['senderNames']],
  ['defender', ['defender']],
  ['risk', ['signInLog', 'risk']],
  ['alerts', ['alerts']],
  ['azure', ['azure']],
  ['graph-calls', ['graphCalls']],
]);

/** The logs of a log source in Sigma's taxonomy; `other` if it is unknown to us. */
export function logsOfSource(source: {
  readonly product?: string | undefined;
  readonly service?: string | undefined;
}): readonly LogName[] {
  const name = `${source.product ?? ''}/${source.service ?? ''}`.toLowerCase();
  return OF_SOURCE.get(name) ?? (name === '/' ? SUITE : []);
}

/** All activity of people and applications in the suite. */
export const SUITE: readonly LogName[] = [
  ...(['exchange', 'sharepoint', 'directory', 'general'] as const),
];

/** Complete sign-in logs of people and of workloads. */
export const SIGN_IN_LOGS: readonly LogName[] = [
  ...(['signInLog', 'nonInteractive', 'servicePrincipals'] as const),
];

const OF_SOURCE: ReadonlyMap<string, readonly LogName[]> = new Map<string, readonly LogName[]>([
  ['azure/signinlogs', ['signInLog', 'nonInteractive']],
  ['azure/auditlogs', ['directory']],
  ['azure/activitylogs', ['azure']],
  ['azure/riskdetection', ['riskEvents']],
  ['azure/pim', ['riskEvents']],
  ['m365/audit', SUITE],
  ['m365/exchange', ['exchange']],
  ['m365/threat_management', ['alerts']],
  ['m365/threat_detection', ['alerts']],
  ['countersign/records', SUITE],
]);
