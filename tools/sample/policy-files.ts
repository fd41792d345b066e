import { type App, type Company, DEPARTMENTS, type Person, START_MS, TENANT } from './company.ts';

/** A file beside the exports that `policy use` reads. */
export type PolicyFile = { readonly name: string; readonly text: string };

/** Northmoor's own statements, in force since before the first week. */
export function policyFiles(company: Company): readonly PolicyFile[] {
  return [
    { name: 'directory.yaml', text: directoryText(company) },
    { name: 'register.yaml', text: registerText(company) },
  ];
}

const DAY_MS = 86_400_000;
const SINCE = new Date(START_MS - DAY_MS).toISOString().slice(0, 10);

function directoryText({ people, scanner }: Company): string {
  const groups = DEPARTMENTS.map((id) => `  - { id: ${id} }`);
  return lines([
    '# The directory of Northmoor, as its administrators wrote it down.',
    ...head(),
    'people:',
    ...people.map((person) => personLine(person, person.department === 'IT' ? ADMIN : undefined)),
    '  # The account of the office scanners.',
    personLine(scanner, APP_ADMIN),
    'groups:',
    ...groups,
    'roles:',
    ...[ADMIN, APP_ADMIN].map((id) => `  - { id: ${id}, privileged: true }`),
    'waves:',
    `  - { id: everybody, state: open, groups: [${DEPARTMENTS.join(', ')}] }`,
  ]);
}

const ADMIN = 'User Administrator';
const APP_ADMIN = 'Application Administrator';

function personLine({ objectId, upn, department }: Person, role: string | undefined): string {
  const known = `id: ${objectId}, names: [${upn}], kind: member, enabled: true, risk: none`;
  return `  - { ${known}, groups: [${department}], roles: [${role ?? ''}] }`;
}

function registerText({ apps }: Company): string {
  const { crm, backup, payroll, archive } = apps;
  return lines([
    '# The applications that Northmoor lets work with its data.',
    ...head(),
    'workloads:',
    ...workload(crm, { owner: 'Sales', purpose: 'Reads the mail of sales', scopes: EXCHANGE }),
    ...workload(backup, { owner: 'IT', purpose: 'Backs files up', scopes: GRAPH }),
    ...workload(payroll, { owner: 'People', purpose: 'Pays salaries', scopes: GRAPH }),
    ...workload(archive, { owner: 'Legal', purpose: 'Archives mail', scopes: EXCHANGE }),
  ]);
}

const EXCHANGE = 'Office 365 Exchange Online';
const GRAPH = 'Microsoft Graph';

type Registration = { readonly owner: string; readonly purpose: string; readonly scopes: string };

function workload({ servicePrincipalId, appId, keyId, ip }: App, of: Registration): string[] {
  return [
    `  - id: ${servicePrincipalId}`,
    `    names: [${appId}]`,
    `    owner: ${of.owner}`,
    `    purpose: ${of.purpose}`,
    '    expires: 2026-12-31',
    `    scopes: [${of.scopes}]`,
    `    networks: [${ip}]`,
    `    credentials: [${keyId}]`,
  ];
}

function head(): string[] {
  return [`tenant: ${TENANT}`, `since: ${SINCE}`, ''];
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
