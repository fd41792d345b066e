import type { CoverageRow } from '../rows/entry-rows.ts';

/** A kind of log, and its sources. Any one of them is enough. */
export type Log = {
  /** The name of the log in messages, such as "no connected source reports …". */
  readonly words: string;
  readonly of: readonly { readonly source: RegExp; readonly workload?: RegExp }[];
  /** No collector delivers it. People hand it in, piece by piece, when they have a doubt. */
  readonly isHandedIn?: true;
};

const UNIFIED =
  /^(?:m365\.export\/unified-audit-log|graph\/auditLogQuery|log-analytics\/OfficeActivity)$/i;

/** The unified audit log: by content type where collected, otherwise by workload. */
export function unifiedLog(contentType: RegExp, workload: RegExp): Log['of'] {
  return [{ source: contentType }, { source: UNIFIED, workload }];
}

export const DIRECTORY_OF_UNIFIED_LOG: Log['of'] = unifiedLog(
  /^m365\.activity\/Audit\.AzureActiveDirectory$/i,
  /^AzureActiveDirectory$/i,
);

export const SIGN_IN_LOG: Log['of'] = [
  { source: /^graph\/signIns$/i },
  { source: /^(?:azure-monitor|log-analytics)\/SignInLogs$/i },
  { source: /^entra\.portal\/(?:Interactive)?signIns$/i },
];

/** The logs of sign-ins by flow, because a tenant can have one flow's log without the others. */
export const FLOW_LOGS: Readonly<
  Record<'interactive' | 'nonInteractive' | 'servicePrincipals' | 'managedIdentities', Log>
> = {
  // The audit log reports interactive sign-ins of people, and no other flow.
  interactive: { words: "people's sign-ins", of: [...SIGN_IN_LOG, ...DIRECTORY_OF_UNIFIED_LOG] },
  nonInteractive: {
    words: 'sign-ins without interaction',
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
  managedIdentities: {
    words: "managed identities' sign-ins",
    of: [
      { source: /^graph\/signIns$/i },
      { source: /^(?:azure-monitor|log-analytics)\/(?:AAD)?ManagedIdentitySignInLogs$/i },
      { source: /^entra\.portal\/M(?:SI|anaged)/i },
    ],
  },
};

/** Whether a coverage row is about this log. */
export function tellsOf(
  log: Log,
  { source, workload }: Pick<CoverageRow, 'source' | 'workload'>,
): boolean {
  return log.of.some(
    (each) =>
      each.source.test(source) &&
      (each.workload === undefined || workload === null || each.workload.test(workload)),
  );
}
