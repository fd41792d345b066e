import { NO_CLIENT_ID, SECRET_FILES, type SetupPlan } from './setup-plan.ts';

/** Categories of the export that a tenant of any license has. */
const EXPORTED = [
  'SignInLogs',
  'NonInteractiveUserSignInLogs',
  'ServicePrincipalSignInLogs',
  'ManagedIdentitySignInLogs',
  'AuditLogs',
  'MicrosoftGraphActivityLogs',
] as const;

/** `countersign.yaml` with comments. The caller MUST check it with the parser of `serve`. */
export function configurationText(plan: SetupPlan): string {
  return `# Written by "countersign init". Every key: content/config/countersign.yaml.
#
# The file holds no secrets. Paths are relative to its folder.

# Health, coverage and metrics. Other machines need a proxy that authenticates them.
listen: 127.0.0.1:8480
log: json

# Every tenant that the company owns, connected or not.
inventory: inventory.yaml

tenants:
  - id: ${plan.tenantId}
    name: ${quoted(plan.name)}
    # What is recorded differs between licenses.
    licenses: [${plan.licenses.join(', ')}]
    credentials:
${clientIdText(plan)}
${credentialText(plan)}
    collect:
${collectText(plan)}`;
}

export function inventoryText({ tenantId, name }: SetupPlan): string {
  return `# Every tenant that the company owns. Intruders enter through forgotten test tenants.
tenants:
  - id: ${tenantId}
    name: ${quoted(name)}
    use: production
`;
}

function clientIdText({ clientId }: SetupPlan): string {
  const line = `      clientId: ${clientId}`;
  return clientId === NO_CLIENT_ID ? `      # Replace it with the id of your app.\n${line}` : line;
}

function credentialText({ credential }: SetupPlan): string {
  if (credential === 'certificate') {
    const { certificate, key } = SECRET_FILES;
    return `      certificate:\n        file: ${certificate}\n        keyFile: ${key}`;
  }
  const place =
    credential === 'secret-file' ? `file: ${SECRET_FILES.secret}` : `env: ${credential.env}`;
  return `      secret:\n        ${place}`;
}

function collectText({ sources, storageAccount }: SetupPlan): string {
  const has = new Set(sources);
  const parts: string[] = [];
  if (has.has('activity')) {
    parts.push(`      # Actions in Exchange, SharePoint, Teams and the directory.
      activityApi:
        # The service's limit for this tenant. It grows with the number of seats.
        requestsPerMinute: 2000
`);
  }
  if (sources.some((source) => OF_GRAPH.has(source))) parts.push(graphText(has));
  if (has.has('storage')) {
    parts.push(`      # The diagnostic export of the directory's logs.
      azureMonitor:
        storage:
          root: https://${storageAccount}.blob.core.windows.net
          categories: [${EXPORTED.join(', ')}]
`);
  }
  return parts.join('');
}

const OF_GRAPH: ReadonlySet<string> = new Set([
  ...['sign-ins', 'directory-changes', 'directory', 'audit-search'],
]);

function graphText(has: ReadonlySet<string>): string {
  const lines = [
    '      # Sign-ins, directory changes, and the state of the directory.',
    '      graph:',
  ];
  // With the export, sign-ins come from there: Graph would read them twice and use up its quota.
  const readsSignIns = has.has('sign-ins') && !has.has('storage');
  if (!readsSignIns) lines.push('        signIns: []');
  if (!has.has('directory-changes') || has.has('storage')) {
    lines.push('        directoryAudits: false');
  }
  if (!has.has('directory')) lines.push('        directory: []');
  lines.push(`        crossCheck: ${has.has('audit-search')}`);
  return `${lines.join('\n')}\n`;
}

/** JSON strings are YAML strings. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
