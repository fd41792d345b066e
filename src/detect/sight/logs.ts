import type { CoverageFact } from '../../books/index.ts';

/** What a kind of log is called, and which sources deliver it: any one of them is enough. */
export type Log = {
  /** As in "no source that tells of …". */
  readonly words: string;
  readonly of: readonly { readonly source: RegExp; readonly workload?: RegExp }[];
  /** No collector can bring it: people hand it in, piece by piece, when they have a doubt. */
  readonly isHandedIn?: true;
};

const UNIFIED =
  /^(?:m365\.export\/unified-audit-log|graph\/auditLogQuery|log-analytics\/OfficeActivity)$/i;

/** The unified audit log, by content type where it is collected, by workload where it is not. */
function unified(contentType: RegExp, workload: RegExp): Log['of'] {
  return [{ source: contentType }, { source: UNIFIED, workload }];
}

const DIRECTORY_UAL: Log['of'] = unified(
  /^m365\.activity\/Audit\.AzureActiveDirectory$/i,
  /^AzureActiveDirectory$/i,
);
/** All that comes in no content type of its own. */
const GENERAL: Log['of'] = unified(
  /^m365\.activity\/Audit\.General$/i,
  /^(?!(?:Exchange|SharePoint|OneDrive|AzureActiveDirectory)$)/i,
);
const SIGN_IN_LOG: Log['of'] = [
  { source: /^graph\/signIns$/i },
  { source: /^(?:azure-monitor|log-analytics)\/SignInLogs$/i },
  { source: /^entra\.portal\/(?:Interactive)?signIns$/i },
];

/** A table of the hunting tool, by each way on which it comes; an export may hold any of them. */
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
  | 'azure';

export const LOGS: Readonly<Record<LogName, Log>> = {
  interactive: { words: "people's sign-ins", of: [...SIGN_IN_LOG, ...DIRECTORY_UAL] },
  // The audit log tells that somebody signed in, and neither from which country nor how.
  signInLog: { words: "people's sign-ins in full", of: SIGN_IN_LOG },
  nonInteractive: {
    words: 'sign-ins that nobody is asked for',
    of: [
      { source: /^graph\/signIns$/i },
      { source: /^(?:azure-monitor|log-analytics)\/(?:AAD)?NonInteractiveUserSignInLogs$/i },
      { source: /^entra\.portal\/NonInteractive/i },
    ],
  },
  servicePrincipals: {
    words: "applications' sign-ins",
    of: [
      { source: /^graph\/signIns$/i },
      { source: /^(?:azure-monitor|log-analytics)\/(?:AAD)?ServicePrincipalSignInLogs$/i },
      { source: /^entra\.portal\/(?:Application|ServicePrincipal)/i },
    ],
  },
  directory: {
    words: "the directory's changes",
    of: [
      { source: /^graph\/directoryAudits$/i },
      { source: /^(?:azure-monitor|log-analytics)\/AuditLogs$/i },
      { source: /^entra\.portal\/(?:directoryAudits|auditLogs)$/i },
      ...DIRECTORY_UAL,
    ],
  },
  exchange: {
    words: 'Exchange',
    of: unified(/^m365\.activity\/Audit\.Exchange$/i, /^Exchange$/i),
  },
  sharepoint: {
    words: 'SharePoint and OneDrive',
    of: unified(/^m365\.activity\/Audit\.SharePoint$/i, /^(?:SharePoint|OneDrive)$/i),
  },
  general: { words: 'Teams, Purview and the rest of the suite', of: GENERAL },
  email: {
    words: 'each message that came in',
    of: [
      ...hunting('EmailEvents'),
      { source: /^(?:exchange\/message-trace|graph\/messageTraces|mail\/message)$/i },
    ],
  },
  attachments: {
    words: 'what is attached to mail',
    of: [...hunting('EmailAttachmentInfo'), { source: /^mail\/message$/i }],
  },
  links: {
    words: 'where links in mail lead',
    of: [...hunting('EmailUrlInfo'), { source: /^mail\/message$/i }],
  },
  replyTo: {
    words: 'where replies to mail would go',
    of: [{ source: /^mail\/message$/i }],
    isHandedIn: true,
  },
  senderNames: {
    words: 'the names that senders give themselves',
    of: [...hunting('EmailEvents'), { source: /^mail\/message$/i }],
  },
  defender: {
    words: "the company's own network",
    of: hunting('Identity\\w+'),
  },
  // A sign-in says what was known when it was made; what was found out later comes by itself.
  risk: {
    words: 'risks that the suite finds out later',
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
};

/** Names that the member `needs` of a rule may use. A rule needs all logs of all of them. */
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
]);

/** The logs behind a log source of Sigma's taxonomy; `other` where we know of none. */
export function logsOfSource(source: {
  readonly product?: string | undefined;
  readonly service?: string | undefined;
}): readonly LogName[] {
  const name = `${source.product ?? ''}/${source.service ?? ''}`.toLowerCase();
  return OF_SOURCE.get(name) ?? (name === '/' ? SUITE : []);
}

/** All that people and applications do in the suite. */
export const SUITE: readonly LogName[] = [
  ...(['exchange', 'sharepoint', 'directory', 'general'] as const),
];

/** Of every kind, in full: people's, and those of what acts by itself. */
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

/** Whether a fact of coverage tells of this log. */
export function tellsOf(
  log: Log,
  { source, workload }: Pick<CoverageFact, 'source' | 'workload'>,
): boolean {
  return log.of.some(
    (each) =>
      each.source.test(source) &&
      (each.workload === undefined || workload === null || each.workload.test(workload)),
  );
}
