import { clientKeyId, ourApps } from './credentials.ts';
import type { Emulator } from './emulator-options.ts';
import type { LivingTenant } from './living-tenant.ts';
import type { Person } from './population/person.ts';
import type { Population } from './population/population.ts';
import { APP_NAMES, FIRST_PARTY, RESOURCE_OF_JOB } from './records/first-party-apps.ts';

/** A company's directory and register, as its administrators would write them. */
export type PolicyFiles = { readonly directory: string; readonly register: string };

/** The people and applications of a tenant for `policy use`, valid since `sinceMs`. */
export function policyFilesOf(tenant: LivingTenant, sinceMs: number): PolicyFiles {
  const { population } = tenant;
  const head = [`tenant: ${tenant.tenantId}`, `since: ${new Date(sinceMs).toISOString()}`];
  return {
    directory: lines([...head, ...directoryLines(population)]),
    register: lines([...head, 'workloads:', ...workloadLines(population)]),
  };
}

/** The collector's own entry in a register, if it signs in with its secret from this machine. */
export function collectorEntry({ credentials }: Pick<Emulator, 'credentials'>, id: string): string {
  const registered = ourApps(credentials, id).find(
    ({ clientId }) => clientId === credentials.clientId,
  );
  if (registered === undefined) return '';
  const { clientId, objectId, name } = registered;
  const scopes = [FIRST_PARTY.graph, FIRST_PARTY.managementApi, FIRST_PARTY.storage];
  return lines([
    ...[`  - id: ${objectId}`, `    names: [${clientId}]`, '    owner: Security'],
    ...[`    purpose: ${name}`, '    expires: 2099-12-31'],
    `    scopes: [${scopes.map((appId) => APP_NAMES.get(appId)).join(', ')}]`,
    '    networks: ["127.0.0.1"]',
    `    credentials: [${clientKeyId(registered, 'secret')}]`,
  ]);
}

const ADMINISTRATOR = 'Global Administrator';
const HELP_DESK = 'Helpdesk Administrator';

function directoryLines(population: Population): string[] {
  const people = Array.from({ length: population.size }, (_, at) => population.person(at));
  const accounts = Array.from({ length: population.serviceAccountCount }, (_, at) =>
    population.serviceAccount(at),
  );
  return [
    'people:',
    ...people.map((person) => personLine(person, roleOf(person))),
    ...accounts.map((account) => personLine(account, '')),
    'groups: [{ id: everybody }]',
    'roles:',
    ...[ADMINISTRATOR, HELP_DESK].map((id) => `  - { id: ${id}, privileged: true }`),
    'waves: [{ id: everybody, state: open, groups: [everybody] }]',
  ];
}

function roleOf({ isAdministrator, isHelpDesk }: Person): string {
  if (isAdministrator) return ADMINISTRATOR;
  return isHelpDesk ? HELP_DESK : '';
}

function personLine({ objectId, upn }: Pick<Person, 'objectId' | 'upn'>, role: string): string {
  const known = `id: ${objectId}, names: [${upn}], kind: member, enabled: true, risk: none`;
  return `  - { ${known}, groups: [everybody], roles: [${role}] }`;
}

function workloadLines(population: Population): string[] {
  return Array.from({ length: population.applicationCount }, (_, at) => {
    const { name, appId, servicePrincipalId, job, address, credential, keyId } =
      population.application(at);
    // The platform holds the credential of a managed identity, which has no known id.
    const credentials = credential === 'managedIdentity' ? 'managed-identity' : keyId;
    return [
      `  - id: ${servicePrincipalId}`,
      `    names: [${appId}]`,
      '    owner: IT',
      `    purpose: ${name}`,
      '    expires: 2099-12-31',
      `    scopes: [${APP_NAMES.get(RESOURCE_OF_JOB[job])}]`,
      `    networks: ["${address.ip}"]`,
      `    credentials: [${credentials}]`,
    ];
  }).flat();
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
